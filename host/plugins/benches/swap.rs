//! What calls notice while another bundle is compiled and takes the place of the running one.
//!
//! Half as many threads as there are processors call without a pause, which leaves room to compile in, as at a gateway.
//! It ends with an error if a call fails, and prints how the 99th percentile in that time compares with that of before,
//! in the same run. `cargo xtask bench` builds the components and runs it.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up ends"
)]

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chargetap_plugins::contract::callback::{Capability, Endpoint, KeyInfo, Scheme};
use chargetap_plugins::{Components, EndpointKeys, LoadError, Plugins, Trust};

/// How long calls are measured before the swap, and after it.
const QUIET: Duration = Duration::from_secs(5);
const PHASES: [&str; 3] = ["before", "during the swap", "after"];

fn main() {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/components");
    let cache = built.with_file_name("components-cache");
    let plugins = load(Plugins::load, &built, &cache);
    // With an empty cache, the other bundle is compiled.
    let empty = tempfile::tempdir().unwrap();
    let phase = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism()
        .unwrap()
        .get()
        .div_ceil(2);
    let (calls, lasted) = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| call(&plugins, &phase)))
            .collect();
        let mut lasted = Vec::new();
        for work in [
            &wait as &dyn Fn(),
            &|| swap(&plugins, &built, empty.path()),
            &wait,
        ] {
            let began = Instant::now();
            work();
            lasted.push(began.elapsed());
            phase.fetch_add(1, Ordering::Relaxed);
        }
        let calls: Vec<_> = callers.into_iter().map(|it| it.join().unwrap()).collect();
        (calls, lasted)
    });

    println!("{threads} threads");
    let mut slowest = Vec::new();
    for (number, name) in PHASES.into_iter().enumerate() {
        let mut took: Vec<Duration> = calls.iter().flat_map(|it| it[number].clone()).collect();
        took.sort_unstable();
        let (half, most) = (took[took.len() / 2], took[took.len() * 99 / 100]);
        // Exact up to 2^53 calls.
        let rate = took.len() as f64 / lasted[number].as_secs_f64();
        println!(
            "{name:16} {:6.1?}, {rate:9.0} calls a second, half within {half:8.1?}, 99 % within {most:8.1?}",
            lasted[number]
        );
        slowest.push(most.as_secs_f64());
    }
    let ratio = slowest[1] / slowest[0];
    println!("99 % during the swap: {ratio:.2} times that of before");
}

fn wait() {
    std::thread::sleep(QUIET);
}

fn swap(plugins: &Plugins, folder: &Path, cache: &Path) {
    let next = load(Plugins::load_in_background, folder, &cache.join("cache"));
    plugins.replace(next);
}

/// Call for as long as there are phases. Returns how long the calls of each took.
fn call(plugins: &Plugins, phase: &AtomicUsize) -> [Vec<Duration>; 3] {
    let capability = Capability {
        terminal: "P66-0001".into(),
        read: "0123456789ABCDEFGHJK".into(),
        expires_at: 1_767_268_860_000,
    };
    let mut took: [Vec<Duration>; 3] = Default::default();
    while let Some(took) = took.get_mut(phase.load(Ordering::Relaxed)) {
        let began = Instant::now();
        plugins.mint("payter", &capability).unwrap().unwrap();
        took.push(began.elapsed());
    }
    took
}

type Load = fn(&Path, &Trust, &Path, Vec<EndpointKeys>) -> Result<Plugins, LoadError>;

fn load(load: Load, folder: &Path, cache: &Path) -> Plugins {
    let endpoint = Endpoint {
        id: "payter".into(),
        scheme: Scheme::CapabilityUrl,
        tolerance: None,
    };
    let key = KeyInfo {
        id: "2026".into(),
        not_before: None,
        not_after: None,
    };
    let keys = vec![(key, "a benchmark's key of at least 32 bytes".into())];
    load(folder, &Trust::Unsigned, cache, vec![(endpoint, keys)]).unwrap()
}
