//! What a file says of itself.

use std::path::Path;

use super::built;
use crate::bundle::CONTRACTS;
use crate::files::Component;
use crate::{COMPONENTS, Flaw, Inspection, Kind, LoadError};

fn inspect(bytes: &[u8]) -> Result<Inspection, Flaw> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.wasm");
    std::fs::write(&path, bytes).unwrap();
    match Component::read(&path) {
        Ok(component) => Ok(component.inspection),
        Err(LoadError::Refused { flaw, .. }) => Err(flaw),
        Err(error) => panic!("{error}"),
    }
}

fn inspect_text(text: &str) -> Inspection {
    inspect(&wat::parse_str(text).unwrap()).unwrap()
}

#[test]
fn the_three_components_say_their_name_version_and_contract() {
    for name in COMPONENTS {
        let path = built().join(name).with_extension("wasm");
        let inspection = Component::read(&path).unwrap().inspection;
        assert_eq!(inspection.kind, Kind::Component);
        assert_eq!(inspection.name.as_deref(), Some(name));
        assert_eq!(inspection.version.as_deref(), Some("0.1.0"));
        assert_eq!(inspection.contract.as_deref(), Some("0.1.0"));
        assert_eq!(inspection.size, path.metadata().unwrap().len());
        assert_eq!(inspection.check(CONTRACTS), Ok(()));
        let interface = format!("chargetap:{name}/");
        assert!(
            inspection.exports[0].starts_with(&interface),
            "{inspection:?}"
        );
    }
}

#[test]
fn every_released_version_of_the_contract_is_taken() {
    let releases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/released");
    let entries = std::fs::read_dir(releases).unwrap().map(Result::unwrap);
    let folders = entries.filter(|it| it.path().is_dir());
    let releases: Vec<_> = folders.map(|it| it.file_name()).collect();
    assert!(!releases.is_empty());
    for release in releases {
        let release = release.to_str().unwrap();
        assert!(CONTRACTS.contains(&release), "{release}");
    }
}

#[test]
fn an_import_of_types_is_told_from_one_that_can_be_called() {
    let inspection = inspect_text(
        r#"(component
            (import "types" (instance (type $money u64) (export "money" (type (eq $money)))))
            (import "calls" (instance (export "now" (func (result u64)))))
            (import "handles" (instance (export "file" (type (sub resource)))))
            (import "now" (func (result u64))))"#,
    );
    let imports = inspection.imports.iter();
    let imports: Vec<_> = imports
        .map(|it| (it.name.as_str(), it.types_only))
        .collect();
    assert_eq!(
        imports,
        [
            ("types", true),
            ("calls", false),
            ("handles", false),
            ("now", false)
        ]
    );
}

#[test]
fn only_the_outermost_component_speaks_for_the_file() {
    let inspection = inspect_text(
        r#"(component $outer
            (component $inner
                (@custom "chargetap:contract" "9.9.9")
                (import "now" (func)))
            (@custom "chargetap:contract" "0.1.0"))"#,
    );
    assert_eq!(inspection.name.as_deref(), Some("outer"));
    assert_eq!(inspection.contract.as_deref(), Some("0.1.0"));
    assert_eq!(inspection.imports, []);
}

#[test]
fn a_core_module_is_inspected_too() {
    let inspection = inspect_text(
        r#"(module $clock (import "env" "now" (func (result i64))) (func (export "later")))"#,
    );
    assert_eq!(inspection.kind, Kind::Module);
    assert_eq!(inspection.name.as_deref(), Some("clock"));
    assert_eq!(inspection.imports[0].name, "env.now");
    assert_eq!(inspection.exports, ["later"]);
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_malformed_or_says_less() {
    let whole = wat::parse_str(
        r#"(component
            (core module (func (export "fine")))
            (core instance (instantiate 0))
            (func (export "fine") (canon lift (core func 0 "fine"))))"#,
    );
    let whole = whole.unwrap();
    for length in 0..whole.len() {
        match inspect(&whole[..length]) {
            Err(Flaw::Malformed(_)) => {}
            // It was cut between two sections.
            Ok(inspection) => assert_eq!(inspection.exports.len(), 0, "{length}"),
            Err(flaw) => panic!("{length}: {flaw}"),
        }
    }
}

#[test]
fn deep_nesting_is_refused_before_it_can_exhaust_the_stack() {
    // So deep that reading it by recursion would end the process.
    assert_eq!(
        inspect(&components_in_components(50_000)),
        Err(Flaw::TooDeep)
    );
    assert_eq!(inspect(&types_in_types(1_000_000)), Err(Flaw::TooDeep));
    // As deep as is read.
    assert_eq!(
        inspect(&components_in_components(9)).unwrap().exports.len(),
        0
    );
    assert!(!matches!(inspect(&types_in_types(99)), Err(Flaw::TooDeep)));
}

/// The preamble of a component.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// An outermost component with so many in it, each in the one before.
pub(super) fn components_in_components(depth: usize) -> Vec<u8> {
    // From the innermost one outwards, written backwards.
    let mut reversed: Vec<u8> = COMPONENT.iter().rev().copied().collect();
    for _ in 0..depth {
        let size = leb128(reversed.len());
        reversed.extend(size.iter().rev());
        reversed.push(4);
        reversed.extend(COMPONENT.iter().rev());
    }
    reversed.into_iter().rev().collect()
}

/// A component with a component type, in which there are so many, each in the one before.
fn types_in_types(depth: usize) -> Vec<u8> {
    // One type, a component type with one declaration, which is a type.
    let mut section = vec![0x01];
    section.extend([0x41, 0x01, 0x01].repeat(depth));
    section.extend([0x41, 0x00]);
    let mut bytes = COMPONENT.to_vec();
    bytes.push(7);
    bytes.extend(leb128(section.len()));
    bytes.extend(section);
    bytes
}

fn leb128(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).unwrap();
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// Components of which each contains the one before twice.
fn doubled(times: u32) -> String {
    let doubled = (1..=times).map(|it| {
        let inner = format!("(instance (instantiate $c{}))", it - 1);
        format!("(component $c{it} {inner} {inner})")
    });
    format!("(component $c0) {}", doubled.collect::<String>())
}

/// A function with this many variables, which does this much nothing.
fn function(variables: usize, nothing: usize) -> String {
    let (variables, nothing) = ("i64 ".repeat(variables), "nop ".repeat(nothing));
    format!("(func (local {variables}) {nothing})")
}

#[test]
fn what_would_take_minutes_to_compile_is_refused_by_what_it_declares() {
    let many_values = format!("(type (func (param {})))", "i64 ".repeat(101));
    let checked = |parts: &str| {
        let text = format!(r#"(component (@custom "chargetap:contract" "0.1.0") {parts})"#);
        inspect_text(&text).check(CONTRACTS)
    };
    let module = |functions: &str| checked(&format!("(core module {functions})"));

    assert_eq!(checked(&doubled(5)), Ok(()));
    assert_eq!(checked(&doubled(40)), Err(Flaw::TooComplex));
    assert_eq!(module(&function(1_000, 20_000)), Ok(()));
    assert_eq!(module(&function(1_000, 30_000)), Err(Flaw::TooComplex));
    assert_eq!(module(&function(40_000, 1_000)), Err(Flaw::TooComplex));
    assert_eq!(module(&function(0, 140_000)), Err(Flaw::TooComplex));
    let ten = function(1_000, 20_000).repeat(10);
    assert_eq!(module(&ten), Err(Flaw::TooComplex));
    assert_eq!(module(&many_values), Err(Flaw::TooComplex));
    // How it lies does not matter.
    let inside = format!("(component (component {}))", doubled(40));
    assert_eq!(checked(&inside), Err(Flaw::TooComplex));
}
