//! From the start of the process to the first callback that it accepts, and its memory while it has nothing to do.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::figures::{Figures, Required, ms};
use crate::process::{self, Gateway};
use crate::{folder, load, median};

/// How often it starts.
const STARTS: usize = 11;
/// How long it idles before its memory counts.
const IDLE: Duration = Duration::from_secs(5);

pub(crate) fn measure(figures: &mut Figures) {
    figures.part("start");
    let folder = folder();
    let address = process::free_address();
    let text = process::configuration(address, "http://127.0.0.1:9", 1, 1);
    Gateway::configure(folder.path(), &text);
    // Compiles the components, whose code the further starts find.
    let began = Instant::now();
    drop(Gateway::start(folder.path(), address, None));
    let cold = format!("{:.0} ms", ms(began.elapsed()));
    figures.figure("the first start, which compiles the components", cold);
    let warm = |_| {
        let began = Instant::now();
        let gateway = Gateway::start(folder.path(), address, None);
        assert!(load::is_accepted(address), "the first callback is refused");
        let elapsed = began.elapsed();
        drop(gateway);
        elapsed
    };
    let warm = ms(median((0..STARTS).map(warm).collect()));
    let what = "start to the first accepted callback, warm";
    figures.required(what, warm, "ms", &Required::AtMost(100.0));
    let gateway = Gateway::start(folder.path(), address, None);
    sleep(IDLE);
    let idle = gateway.memory("VmRSS") as f64 / 1_024.0;
    figures.required("idle resident memory", idle, "MiB", &Required::AtMost(50.0));
}
