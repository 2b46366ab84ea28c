//! What a callback of 1,024 bytes costs natively. `cargo xtask bench` builds this without the
//! processor's SHA extensions, so that it can stand beside the component, which has none either.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use divan::Bencher;

mod callback;

fn main() {
    divan::main();
}

#[divan::bench]
fn a_callback_natively_without_sha_extensions(bencher: Bencher<'_, '_>) {
    callback::verify_natively(bencher);
}
