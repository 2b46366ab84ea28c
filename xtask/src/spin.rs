//! The program that runs the Spin application.

use std::process::Command;

use crate::shell::root;

/// The oldest Spin that has what the application uses.
const OLDEST: (u32, u32) = (4, 1);

/// The real one.
const INSTALLED: &str = "spin";
/// The package of the small Spin of the tests.
const SMALL_SPIN: &str = "spin-host";

/// The package of the program that runs the application, if it has to be built: `spin` is taken if it is on the PATH and
/// new enough.
pub(crate) fn to_build() -> Option<&'static str> {
    if installed().is_some_and(|version| version >= OLDEST) {
        println!("The application runs under `spin`.");
        return None;
    }
    println!(
        "There is no `spin` 4.1 or newer on the PATH: the application runs under the small Spin of the tests."
    );
    Some(SMALL_SPIN)
}

/// The program of this package, or `spin`.
pub(crate) fn program(built: Option<&str>) -> String {
    let small = |package| root().join("target/debug").join(package);
    built.map_or(INSTALLED.into(), |package| {
        small(package).to_string_lossy().into_owned()
    })
}

/// The version of the `spin` on the PATH, which says such as `spin 4.1.0 (b5f9ae7 2026-06-30)`.
fn installed() -> Option<(u32, u32)> {
    let output = Command::new("spin").arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut parts = text.strip_prefix("spin ")?.split('.');
    let major = parts.next()?.parse().ok()?;
    Some((major, parts.next()?.parse().ok()?))
}
