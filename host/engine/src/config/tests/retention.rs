//! How long what is on record is kept.

use super::*;

const DAY: u64 = 24 * 60 * 60 * 1_000;

fn with(lines: &str) -> Result<Config, ConfigError> {
    parse(&format!("{GOOD}\n[retention]\n{lines}"))
}

#[test]
fn without_a_word_receipts_are_kept_ten_years_and_cards_thirteen_months() {
    let kept = parse(GOOD).unwrap().retention;
    assert_eq!(kept.personal_data, 400 * DAY);
    assert_eq!(kept.audit, 3 * 366 * DAY);
    assert_eq!(kept.receipts, 3_660 * DAY);
}

#[test]
fn each_may_be_told_and_the_others_keep_their_values() {
    let kept = with("personal_data_days = 90").unwrap().retention;
    assert_eq!(kept.personal_data, 90 * DAY);
    assert_eq!(kept.receipts, 3_660 * DAY);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (lines, key) in [
        ("personal_data_days = 59", "retention.personal_data_days"),
        (
            "personal_data_days = 367\nreceipts_years = 1",
            "retention.personal_data_days",
        ),
        ("audit_years = 0", "retention.audit_years"),
        ("receipts_years = 101", "retention.receipts_years"),
        ("receipts = 10", "retention.receipts"),
    ] {
        let error = with(lines).unwrap_err();
        assert_eq!(error.key, key, "{error}");
    }
}
