//! A short run of every fuzz target on its corpus, on stable Rust.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

#[allow(unreachable_pub, reason = "public for the fuzzer's programs")]
#[path = "../../fuzz/src/targets.rs"]
mod targets;

/// How often each seed is mutated.
const MUTATIONS: usize = 20;

/// Characters and words that the parsers look for.
const CHARACTERS: &[u8] = b"\"\\{}[]():,;=~ \t\n09eE.-+";

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

#[test]
fn every_target_takes_its_corpus_and_mutations_of_it() {
    for (name, target) in targets::TARGETS {
        let mut random = StdRng::seed_from_u64(4);
        let seeds = seeds(name);
        assert!(seeds.len() >= 5, "{name}");
        for seed in &seeds {
            target(seed);
            for _ in 0..MUTATIONS {
                target(&mutated(seed, &seeds, &mut random));
            }
        }
    }
}

/// `FUZZ_SECONDS=600 cargo test --release -p callback-verifier every_target -- --ignored`
#[test]
#[ignore = "runs as long as it is told, a second for each target if it is not"]
fn every_target_for_a_while() {
    let seconds = std::env::var("FUZZ_SECONDS").map_or(1, |seconds| seconds.parse().unwrap());
    for (name, target) in targets::TARGETS {
        let mut random = StdRng::from_rng(&mut rand::rng());
        let seeds = seeds(name);
        let end = Instant::now() + Duration::from_secs(seconds);
        let mut runs = 0_u64;
        while Instant::now() < end {
            let seed = &seeds[random.random_range(0..seeds.len())];
            target(&mutated(seed, &seeds, &mut random));
            runs += 1;
        }
        println!("{name}: {runs} runs");
    }
}

fn mutated(seed: &[u8], seeds: &[Vec<u8>], random: &mut StdRng) -> Vec<u8> {
    let mut data = seed.to_vec();
    for _ in 0..random.random_range(1..6) {
        let start = random.random_range(0..=data.len());
        let end = random.random_range(start..=data.len());
        match random.random_range(0..6) {
            0 => data.insert(start, random.random()),
            1 => drop(data.drain(start..end)),
            2 => data.extend_from_within(start..end),
            3 => {
                let donor = &seeds[random.random_range(0..seeds.len())];
                let from = random.random_range(0..=donor.len());
                data.splice(start..end, donor[from..].iter().copied());
            }
            4 => {
                if let Some(byte) = data.get_mut(start) {
                    *byte ^= 1 << random.random_range(0..8);
                }
            }
            _ => {
                if let Some(byte) = data.get_mut(start) {
                    *byte = CHARACTERS[random.random_range(0..CHARACTERS.len())];
                }
            }
        }
    }
    data
}
