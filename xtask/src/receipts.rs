//! Writes receipts to look at, and those that the tests expect.

use std::ffi::OsStr;

use crate::shell::{cargo, cargo_with, root};

const PACKAGE: [&str; 2] = ["--package", "receipt-generator"];

/// The variable with which the test writes what it otherwise compares.
const ACCEPT: &str = "CHARGETAP_ACCEPT_RECEIPTS";

/// Write the gallery, and before that, if they are accepted, what the tests expect.
pub(crate) fn write(accept: bool) -> anyhow::Result<()> {
    if accept {
        let test = [&["test"], &PACKAGE[..], &["--test", "receipts", "expected"]].concat();
        cargo_with(&test, &[(ACCEPT, OsStr::new("1"))])?;
    }
    let folder = root().join("target/receipts");
    let folder = folder.to_string_lossy();
    let gallery = ["run", "--quiet", "--example", "gallery"];
    cargo(&[&gallery, &PACKAGE[..], &["--", &folder]].concat())
}
