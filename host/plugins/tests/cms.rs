//! The CMS of the examples, killed at every message that it exchanges, and run again.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;

/// 10 kWh at 0.49 EUR, and 25 % VAT: 4.90 * 1.25 = 6.125, rounded half up, in cents.
const PRICE: i64 = 613;

/// SIGABRT.
const ABORTED: i32 = 6;

/// `cargo test` builds the examples beside the tests.
fn cms() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let cms = folder.join("examples/cms");
    assert!(
        cms.is_file(),
        "{} is not there: with `--test cms`, run `cargo build --example cms` before",
        cms.display()
    );
    cms
}

/// Run it once in a folder. Returns whether it came to its end.
fn run(folder: &Path, dies_after: Option<u32>) -> bool {
    let mut command = Command::new(cms());
    command.arg(folder);
    if let Some(messages) = dies_after {
        command.env("CMS_DIES_AFTER", messages.to_string());
    }
    let output = command.output().unwrap();
    let is_killed = output.status.signal() == Some(ABORTED);
    assert!(
        output.status.success() || dies_after.is_some() && is_killed,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.status.success()
}

/// The money moved once, and the receipt says how much. If the CMS died as it was about to ask for a hold, there is
/// none, and nothing is taken. Returns whether there is a hold.
fn assert_settled(folder: &Path, dies: &[u32]) -> bool {
    let ledger = Connection::open(folder.join("outside.db")).unwrap();
    let holds = "SELECT count(*), count(captured), sum(captured), sum(is_open) FROM hold";
    let holds: (i64, i64, Option<i64>, Option<i64>) = ledger
        .query_row(holds, [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .unwrap();
    let receipt = std::fs::read_to_string(folder.join("receipt.txt")).unwrap();
    match holds {
        (0, ..) => assert!(
            receipt.contains("Nothing was taken"),
            "killed after {dies:?}: {receipt}"
        ),
        _ => {
            assert_eq!(holds, (1, 1, Some(PRICE), Some(0)), "killed after {dies:?}");
            assert!(receipt.contains("6.13"), "killed after {dies:?}: {receipt}");
        }
    }
    holds.0 > 0
}

#[test]
fn a_cms_that_is_killed_at_any_message_and_run_again_takes_the_money_once() {
    let (mut dies_after, mut without_hold) = (0, 0);
    loop {
        let folder = tempfile::tempdir().unwrap();
        let is_done = run(folder.path(), Some(dies_after));
        if !is_done {
            run(folder.path(), None);
        }
        without_hold += u32::from(!assert_settled(folder.path(), &[dies_after]));
        if is_done {
            break;
        }
        dies_after += 1;
    }
    // The card, its hold, the start, its two reports and the capture have two messages each.
    assert_eq!(dies_after, 12);
    assert_eq!(without_hold, 1, "one message asks for the hold");
}

#[test]
fn a_cms_that_is_killed_again_and_again_takes_the_money_once() {
    let mut has_hold = Vec::new();
    for messages in 2..6 {
        let folder = tempfile::tempdir().unwrap();
        let mut runs = Vec::new();
        while !run(folder.path(), Some(messages)) {
            runs.push(messages);
            assert!(runs.len() < 200, "it makes no progress");
        }
        has_hold.push(assert_settled(folder.path(), &runs));
    }
    // Two messages end where the hold is asked for.
    assert_eq!(has_hold, [false, true, true, true]);
}
