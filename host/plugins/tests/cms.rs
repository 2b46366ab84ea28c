//! The CMS of the examples, killed at every message that it exchanges, and run again.

use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;

/// 10 kWh at 0.49 EUR, and 25 % VAT: 4.90 * 1.25 = 6.125, rounded half up, in cents.
const PRICE: u64 = 613;

/// `cargo test` builds the examples beside the tests.
fn cms() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let cms = folder.join("examples/cms");
    assert!(
        cms.is_file(),
        "{} is not there: with `--test cms`, add `--example cms`",
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
    assert!(
        output.status.success() || dies_after.is_some(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.status.success()
}

/// The money moved once, and the receipt says how much.
fn assert_paid(folder: &Path, dies: &[u32]) {
    let ledger = Connection::open(folder.join("outside.db")).unwrap();
    let captured = "SELECT count(*), sum(captured) FROM hold WHERE captured IS NOT NULL";
    let captured: (u64, Option<u64>) = ledger
        .query_row(captured, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert_eq!(captured, (1, Some(PRICE)), "killed after {dies:?}");
    let open = "SELECT count(*) FROM hold WHERE is_open";
    let open: u64 = ledger.query_row(open, [], |row| row.get(0)).unwrap();
    assert_eq!(open, 0, "killed after {dies:?}");
    let receipt = std::fs::read_to_string(folder.join("receipt.txt")).unwrap();
    assert!(receipt.contains("6.13"), "killed after {dies:?}: {receipt}");
}

#[test]
fn a_cms_that_is_killed_at_any_message_and_run_again_takes_the_money_once() {
    let mut dies_after = 0;
    loop {
        let folder = tempfile::tempdir().unwrap();
        let is_done = run(folder.path(), Some(dies_after));
        if !is_done {
            run(folder.path(), None);
        }
        assert_paid(folder.path(), &[dies_after]);
        if is_done {
            break;
        }
        dies_after += 1;
    }
    // Each of the card, its hold, the start, its two reports and the capture takes two messages at least.
    assert!(dies_after > 12, "it exchanged {dies_after} messages only");
}

#[test]
fn a_cms_that_is_killed_again_and_again_takes_the_money_once() {
    for messages in 3..9 {
        let folder = tempfile::tempdir().unwrap();
        let mut runs = Vec::new();
        while !run(folder.path(), Some(messages)) {
            runs.push(messages);
            assert!(runs.len() < 200, "it makes no progress");
        }
        assert_paid(folder.path(), &runs);
    }
}
