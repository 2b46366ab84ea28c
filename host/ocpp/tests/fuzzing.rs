//! A short run of the fuzz target on its corpus, on stable Rust.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;

#[allow(unreachable_pub, reason = "public for the fuzzer's programs")]
#[path = "../fuzz/src/targets.rs"]
mod targets;

fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/frame");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let seeds = paths.iter().map(|path| std::fs::read(path).unwrap());
    seeds.collect()
}

#[test]
fn the_target_takes_its_corpus() {
    let seeds = seeds();
    assert!(seeds.len() >= 20, "{}", seeds.len());
    for seed in seeds {
        targets::frame(&seed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_message_panics_and_every_answer_is_one_of_ocpp(
        text: String,
        seed: Index,
        places in any::<[Index; 2]>(),
        inserted in r#"[ -~é٣\x00]{0,4}"#,
    ) {
        targets::frame(text.as_bytes());
        let seeds = seeds();
        let seed = seed.get(&seeds);
        let [one, other] = places.map(|place| place.index(seed.len() + 1));
        // A short piece is replaced, so that much of it can still be read.
        let (from, to) = (one, (one + other % 6).min(seed.len()));
        let mut spliced = seed.clone();
        spliced.splice(from..to, inserted.bytes());
        targets::frame(&spliced);
        targets::frame(&spliced[..one]);
    }
}
