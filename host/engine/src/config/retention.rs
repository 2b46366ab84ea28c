//! How long what is on record is kept.

use serde::Deserialize;
use toml::Spanned;

use super::Retention;
use super::place::Place;
use super::tables::Table;

const DAY: u64 = 24 * 60 * 60 * 1_000;
/// As long as years are at most, in days.
const YEAR_DAYS: u64 = 366;
/// A payment may come back, and a station may report late, for less than that.
const FEWEST_DAYS: u64 = 60;
const MOST_YEARS: u64 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RetentionTable {
    personal_data_days: Spanned<u64>,
    audit_years: Spanned<u64>,
    receipts_years: Spanned<u64>,
}

impl Table for RetentionTable {
    const NEEDS: &'static [&'static str] = &[];
}

impl Default for RetentionTable {
    fn default() -> Self {
        Self {
            // Longer than the 13 months in which payers can have a payment undone.
            personal_data_days: Spanned::new(0..0, 400),
            audit_years: Spanned::new(0..0, 3),
            // What laws on bookkeeping ask for.
            receipts_years: Spanned::new(0..0, 10),
        }
    }
}

impl RetentionTable {
    pub(super) fn read(&self, place: &Place<'_>) -> Option<Retention> {
        let in_range = |key: &str, value: &Spanned<u64>, least: u64, most: u64, unit: &str| {
            let number = *value.get_ref();
            if (least..=most).contains(&number) {
                return Some(number);
            }
            let problem = format!("must be from {least} to {most} {unit}");
            place.add(place.error(key, value, problem));
            None
        };
        let years = |key: &str, value: &Spanned<u64>| in_range(key, value, 1, MOST_YEARS, "years");
        let receipts = years("retention.receipts_years", &self.receipts_years);
        let audit = years("retention.audit_years", &self.audit_years);
        let most_days = receipts.unwrap_or(MOST_YEARS) * YEAR_DAYS;
        let personal_data = in_range(
            "retention.personal_data_days",
            &self.personal_data_days,
            FEWEST_DAYS,
            most_days,
            "days, and not longer than receipts are kept",
        );
        Some(Retention {
            personal_data: personal_data? * DAY,
            audit: audit? * YEAR_DAYS * DAY,
            receipts: receipts? * YEAR_DAYS * DAY,
        })
    }
}
