//! Components that compute without end, take whatever they can get, and answer more than anybody wants to know.

use super::*;
use crate::FaultCause;
use crate::limits::{
    CORE_INSTANCES, DEADLINE_TICKS, HANDLES, INSTANCES, MEMORY_LIMIT, OUTPUT_LIMIT, STACK_LIMIT,
    TABLES, TICK,
};

fn hostile() -> (tempfile::TempDir, Pool<Behaviours>) {
    let folder = tempfile::tempdir().unwrap();
    let pool = load(folder.path()).unwrap();
    (folder, pool)
}

/// Whatever was wrong with the call, it cost the one instance.
#[track_caller]
fn assert_next_is_fine(pool: &Pool<Behaviours>) {
    let before = pool.world().instances.get();
    call(pool, "fine").unwrap();
    call(pool, "fine").unwrap();
    assert_eq!(pool.world().instances.get(), before + 1);
}

#[test]
fn a_call_that_takes_too_much_ends_and_says_of_what() {
    let (_folder, pool) = hostile();
    for (behaviour, expected) in [
        ("never-end", FaultCause::Time),
        ("recurse", FaultCause::Stack),
        ("take-much-memory", FaultCause::Memory),
        ("take-memory-bit-by-bit", FaultCause::Memory),
        ("take-much-table", FaultCause::Memory),
    ] {
        let fault = call(&pool, behaviour).unwrap_err();
        assert_eq!(fault.component, "behaviours");
        assert_eq!(fault.cause, expected, "{behaviour}");
        assert_next_is_fine(&pool);
    }
}

#[test]
fn an_answer_is_measured_before_the_host_has_it() {
    let (_folder, pool) = hostile();
    let text = answer::<(String,)>(&pool, "answer-much");
    assert_eq!(text.unwrap_err().cause, FaultCause::Output);
    assert_next_is_fine(&pool);
    for behaviour in ["answer-many", "answer-the-same-again-and-again"] {
        let list = answer::<(Vec<String>,)>(&pool, behaviour);
        assert_eq!(list.unwrap_err().cause, FaultCause::Output, "{behaviour}");
        assert_next_is_fine(&pool);
    }
    let (text,) = answer::<(String,)>(&pool, "answer-a-mebibyte").unwrap();
    assert_eq!(text.len(), 1 << 20);
}

#[test]
fn an_answer_that_is_not_there_is_a_fault() {
    let (_folder, pool) = hostile();
    let text = answer::<(String,)>(&pool, "answer-what-is-not-there");
    assert!(matches!(text.unwrap_err().cause, FaultCause::Trap(_)));
    assert_next_is_fine(&pool);
}

#[test]
fn what_follows_an_answer_has_to_end_as_well() {
    let (_folder, pool) = hostile();
    let text = answer::<(String,)>(&pool, "answer-and-never-end");
    assert_eq!(text.unwrap_err().cause, FaultCause::Time);
    assert_next_is_fine(&pool);
}

#[test]
fn an_instance_cannot_fill_the_host_with_resources() {
    let (_folder, pool) = hostile();
    let fault = call(&pool, "make-resources").unwrap_err();
    let FaultCause::Trap(reason) = &fault.cause else {
        panic!("{fault}");
    };
    assert!(reason.contains("handle limit exceeded"), "{reason}");
    assert_next_is_fine(&pool);
}

#[test]
fn a_call_that_fails_because_of_earlier_ones_is_made_once_more_on_a_new_instance() {
    let (_folder, pool) = hostile();
    for _ in 0..9 {
        call(&pool, "trap-at-every-third").unwrap();
    }
    // The third, the fifth, the seventh and the ninth began anew.
    assert_eq!(pool.world().instances.get(), 5);
    // A new one fails as well, and that is all.
    assert!(matches!(
        call(&pool, "trap").unwrap_err().cause,
        FaultCause::Trap(_)
    ));
    assert_eq!(pool.world().instances.get(), 6);
}

#[test]
fn a_fault_is_one_line_whatever_a_component_calls_its_functions() {
    let (_folder, pool) = hostile();
    let fault = call(&pool, "trap-in-colour").unwrap_err().to_string();
    assert!(fault.contains("unreachable"), "{fault}");
    assert!(fault.contains("and more"), "{fault}");
    assert!(!fault.contains(char::is_control), "{fault:?}");
}

#[test]
fn an_instance_that_never_begins_is_given_up() {
    for (start, expected) in [
        ("(loop (br 0))", FaultCause::Time),
        ("(drop (memory.grow (i32.const 10000)))", FaultCause::Memory),
    ] {
        let text = format!(
            r#"(component
                (@custom "chargetap:contract" "0.1.0")
                (core module $m (memory 1) (func $start {start}) (start $start))
                (core instance (instantiate $m)))"#
        );
        let folder = tempfile::tempdir().unwrap();
        let pool = load_text(&Runtime::new().unwrap(), folder.path(), None, &text).unwrap();
        let begun = pool.call(|_, _| Ok(()));
        assert_eq!(begun.unwrap_err().cause, expected, "{start}");
    }
}

#[test]
fn components_of_which_one_never_begins_are_not_loaded() {
    let functions = ["render", "form", "screen-text", "check-measurement"];
    let exports = functions.map(|it| format!("(export {it:?} (func $f))"));
    let generator = format!(
        r#"(component
            (@custom "chargetap:contract" "0.1.0")
            (core module $m (func $start (loop (br 0))) (start $start) (func (export "f")))
            (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "f")))
            (instance (export "chargetap:receipt-generator/rendering@0.1.0") {}))"#,
        exports.concat()
    );
    let folder = tempfile::tempdir().unwrap();
    for name in COMPONENTS {
        let file = |folder: &Path| folder.join(name).with_extension("wasm");
        std::fs::copy(file(&built()), file(folder.path())).unwrap();
    }
    let last = folder.path().join("receipt-generator.wasm");
    std::fs::write(&last, wat::parse_str(generator).unwrap()).unwrap();
    let cache = built().with_file_name("components-cache");
    let endpoints = endpoints("a key of more than thirty-two bytes");
    match Plugins::load(folder.path(), &Trust::Unsigned, &cache, endpoints) {
        Err(LoadError::Unusable { path, reason }) => {
            assert_eq!(path, last);
            assert_eq!(reason, FaultCause::Time.to_string());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_could_never_be_instantiated_is_refused_when_it_is_loaded() {
    let much_memory = "(core module $m (memory 300)) (core instance (instantiate $m))".to_owned();
    let memories = "(core module $m (memory 1)) (core instance (instantiate $m))
        (core instance (instantiate $m))"
        .to_owned();
    let much_table = "(core module $m (table 30000 funcref)) (core instance (instantiate $m))";
    let instances = "(core instance (instantiate $m))".repeat(9);
    for parts in [
        much_memory,
        memories,
        much_table.to_owned(),
        format!("(core module $m) {instances}"),
    ] {
        let text = format!("(component (@custom \"chargetap:contract\" \"0.1.0\") {parts})");
        let folder = tempfile::tempdir().unwrap();
        let loaded = load_text(&Runtime::new().unwrap(), folder.path(), None, &text);
        let is_unusable = matches!(loaded, Err(LoadError::Unusable { .. }));
        assert!(is_unusable, "{parts}");
    }
}

/// Calls within calls, until one is refused; then `innermost`. Returns how many there were, and why there are no more.
fn calls_at_once(pool: &Pool<Behaviours>, innermost: &dyn Fn()) -> (u32, FaultCause) {
    match pool.call(|_, _| Ok(calls_at_once(pool, innermost))) {
        Ok((calls, cause)) => (calls + 1, cause),
        Err(fault) => {
            innermost();
            (0, fault.cause)
        }
    }
}

#[test]
fn a_component_with_all_the_calls_that_it_may_have_leaves_the_others_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let load = || load_with(&runtime, folder.path(), None).unwrap();
    let (first, second, third) = (load(), load(), load());
    let all = (INSTANCES, FaultCause::Busy);
    let by_third = || assert_eq!(calls_at_once(&third, &|| {}), all);
    let by_second = || assert_eq!(calls_at_once(&second, &by_third), all);
    assert_eq!(calls_at_once(&first, &by_second), all);
    call(&first, "fine").unwrap();
}

#[test]
fn the_limits_are_those_that_are_told() {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| std::fs::read_to_string(crate_folder.join(file)).unwrap();
    let (readme, documentation) = (read("../../README.md"), read("src/lib.rs"));
    let time = TICK.as_millis() * u128::from(DEADLINE_TICKS);
    let [memory, output] = [MEMORY_LIMIT, OUTPUT_LIMIT].map(|it| it >> 20);
    let stack = STACK_LIMIT >> 10;
    for row in [
        format!(" {time} ms each | `Time` |"),
        format!("| {memory} MiB, and tables of 20,000 elements | `Memory` |"),
        format!("| {stack} KiB | `Stack` |"),
        format!("| {output} MiB | `Output` |"),
        format!("| {INSTANCES} | `Busy` |"),
    ] {
        assert!(readme.contains(&row), "{row}");
    }
    for row in [
        format!("| {time} ms | [`FaultCause::Time`] |"),
        format!("| another {time} ms | [`FaultCause::Time`] |"),
        format!("| {memory} MiB, and 20,000 elements in each of {TABLES} tables |"),
        format!("| {stack} KiB | [`FaultCause::Stack`] |"),
        format!("| {output} MiB | [`FaultCause::Output`] |"),
        format!("| {HANDLES} | [`FaultCause::Trap`] |"),
        format!("| {INSTANCES} | [`FaultCause::Busy`] |"),
        format!("| {CORE_INSTANCES}; 1 | [`LoadError::Unusable`] |"),
    ] {
        assert!(documentation.contains(&row), "{row}");
    }
}
