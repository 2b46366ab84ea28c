//! Components that differ from those that were built.

use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Put a note into a component, so that its bytes are others and it does the same.
pub(crate) fn add_note(file: &Path, note: &str) {
    let bytes = std::fs::read(file).unwrap();
    std::fs::write(file, with_section(bytes, "note", note)).unwrap();
}

/// A component with one more custom section.
fn with_section(mut component: Vec<u8>, name: &str, text: &str) -> Vec<u8> {
    let length = |text: &str| u8::try_from(text.len()).unwrap();
    let mut section = vec![length(name)];
    section.extend_from_slice(name.as_bytes());
    section.extend_from_slice(text.as_bytes());
    // Lengths below 128 are one byte.
    let size = u8::try_from(section.len()).unwrap();
    assert!(size < 128, "{name} is too long");
    component.extend_from_slice(&[0, size]);
    component.extend_from_slice(&section);
    component
}

/// Have an orchestrator ask for its first command by another name.
pub(crate) fn rename_a_command(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let name = b"look-up-before";
    let at = bytes.windows(name.len()).position(|it| it == name).unwrap();
    bytes[at] = b'L';
    std::fs::write(file, bytes).unwrap();
}

/// An orchestrator that knows no state: what `step` answers stands at 1,024, an error, of which the case stands at
/// 1,032 and the version at 1,040.
const READS_NOTHING: &str = r#"(module
    (memory (export "memory") 200)
    (global $next (mut i32) (i32.const 65536))
    (data (i32.const 1024) "\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\63")
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
        (global.set $next (i32.add (local.get $at) (local.get 3)))
        (local.get $at))
    (func (export "chargetap:session-orchestrator/orchestration@0.1.0#step") (param i32) (result i32)
        (global.set $next (i32.const 65536))
        (i32.const 1024))
    (func (export "chargetap:session-orchestrator/orchestration@0.1.0#offer") (param i32) (result i32)
        unreachable))"#;

/// A generator of which nothing ever ends but the words of screens: their answer stands at 1,024, of which the text
/// is at 1,040.
const ENDLESS: &str = r#"(module
    (memory (export "memory") 200)
    (global $next (mut i32) (i32.const 65536))
    (data (i32.const 1024) "\00\00\00\00\10\04\00\00\05\00\00\00")
    (data (i32.const 1040) "Words")
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
        (global.set $next (i32.add (local.get $at) (local.get 3)))
        (local.get $at))
    (func (export "chargetap:receipt-generator/rendering@0.1.0#screen-text")
        (param i32 i64 i64 i32 i32 i32 i64 i64 i32 i32 i32 i32) (result i32)
        (global.set $next (i32.const 65536))
        (i32.const 1024))
    (func (export "chargetap:receipt-generator/rendering@0.1.0#render") (param i32) (result i32)
        (loop (br 0)) unreachable)
    (func (export "chargetap:receipt-generator/rendering@0.1.0#form")
        (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
        (loop (br 0)) unreachable)
    (func (export "chargetap:receipt-generator/rendering@0.1.0#check-measurement")
        (param i32 i32 i32 i32 i32) (result i32)
        (loop (br 0)) unreachable))"#;

/// Put an orchestrator there that cannot read what another one wrote.
pub(crate) fn read_nothing(file: &Path) {
    write_component(file, READS_NOTHING, "session-orchestrator");
}

/// Put a generator there whose pages and checks never end.
pub(crate) fn never_end(file: &Path) {
    write_component(file, ENDLESS, "receipt-generator");
}

/// Make a component of this package of a module's text.
fn write_component(file: &Path, text: &str, package: &str) {
    let mut module = wat::parse_str(text).unwrap();
    let mut resolve = Resolve::default();
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    resolve.push_dir(wit.join("types")).unwrap();
    let (package, _) = resolve.push_dir(wit.join(package)).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let encoder = ComponentEncoder::default().module(&module).unwrap();
    let component = encoder.validate(true).encode().unwrap();
    write(file, component);
}

fn write(file: &Path, component: Vec<u8>) {
    let component = with_section(component, "version", "9.9.9");
    std::fs::write(file, with_section(component, "chargetap:contract", "0.1.0")).unwrap();
}

/// Have an instance of an orchestrator trap at every second step that it is to make.
pub(crate) fn trap_at_every_second_step(file: &Path) {
    const STEP: &str = "chargetap:session-orchestrator/orchestration@0.1.0#step";
    let text = wasmprinter::print_file(file).unwrap();
    let (before, module) = text.split_once("(core module $main").unwrap();
    let (module, after) = module.split_once("\n  )\n").unwrap();
    let export = format!("(export \"{STEP}\" (func ");
    let (_, function) = module.split_once(&export).unwrap();
    let (function, _) = function.split_once(')').unwrap();
    let module = module.replace(
        &format!("{export}{function})"),
        &format!("{export}$every_second_step)"),
    );
    let text = format!(
        "{before}(core module $main{module}
            (global $steps (mut i32) (i32.const 0))
            (func $every_second_step (param i32) (result i32)
                (global.set $steps (i32.add (global.get $steps) (i32.const 1)))
                (if (i32.eqz (i32.rem_u (global.get $steps) (i32.const 2))) (then unreachable))
                (call {function} (local.get 0)))
        )\n{after}"
    );
    std::fs::write(file, wat::parse_str(text).unwrap()).unwrap();
}
