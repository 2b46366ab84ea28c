//! The program that runs the Spin application.

use std::process::Command;

use crate::shell::{cargo, root};

/// The oldest Spin that has what the application uses.
const OLDEST: (u32, u32) = (4, 1);

/// `spin`, if it is on the PATH and new enough. Otherwise the small Spin of the tests, which is built.
pub(crate) fn find_or_build() -> anyhow::Result<String> {
    if installed().is_some_and(|version| version >= OLDEST) {
        println!("The application runs under `spin`.");
        return Ok("spin".to_owned());
    }
    println!(
        "There is no `spin` 4.1 or newer on the PATH: the application runs under the small Spin of the tests."
    );
    cargo(&["build", "--package", "spin-host"])?;
    let built = root().join("target/debug/spin-host");
    Ok(built.to_string_lossy().into_owned())
}

/// The version of the `spin` on the PATH, which says such as `spin 4.1.0 (b5f9ae7 2026-06-30)`.
fn installed() -> Option<(u32, u32)> {
    let output = Command::new("spin").arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut parts = text.strip_prefix("spin ")?.split('.');
    let major = parts.next()?.parse().ok()?;
    Some((major, parts.next()?.parse().ok()?))
}
