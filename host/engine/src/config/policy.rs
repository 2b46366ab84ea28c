//! The policy of all terminals.

use chargetap_contract::money::Tariff;
use chargetap_contract::session::Policy;
use chargetap_fleet::tariff::amounts;
use serde::Deserialize;
use toml::Spanned;

use super::ConfigError;
use super::place::Place;
use super::tables::Table;

const SECOND: u64 = 1_000;
const HOUR_S: u64 = 60 * 60;
/// A hold is gone after a week, and nothing waits longer than that.
const WEEK_S: u64 = 7 * 24 * HOUR_S;
/// More than any connector delivers, in kilowatts.
const MOST_KW: u32 = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PolicyTable {
    minimum_capture: Spanned<String>,
    authorise_timeout_s: Spanned<u64>,
    plug_in_timeout_s: Spanned<u64>,
    maximum_duration_s: Spanned<u64>,
    hold_lifetime_s: Spanned<u64>,
    stop_timeout_s: Spanned<u64>,
    offline_timeout_s: Spanned<u64>,
    maximum_power_kw: Spanned<u32>,
}

impl Table for PolicyTable {
    const NEEDS: &'static [&'static str] = &[];
}

impl Default for PolicyTable {
    fn default() -> Self {
        Self {
            minimum_capture: Spanned::new(0..0, "0.50".into()),
            authorise_timeout_s: Spanned::new(0..0, 60),
            plug_in_timeout_s: Spanned::new(0..0, 5 * 60),
            maximum_duration_s: Spanned::new(0..0, 24 * HOUR_S),
            hold_lifetime_s: Spanned::new(0..0, WEEK_S),
            stop_timeout_s: Spanned::new(0..0, 2 * 60),
            offline_timeout_s: Spanned::new(0..0, HOUR_S),
            maximum_power_kw: Spanned::new(0..0, 500),
        }
    }
}

impl PolicyTable {
    /// Less is never captured: a decimal text.
    pub(super) fn minimum_capture(&self) -> &str {
        self.minimum_capture.get_ref()
    }

    /// The policy of a terminal whose tariff's currency has so many decimals.
    pub(super) fn read(&self, place: &Place<'_>, tariff: &Tariff, decimals: u32) -> Option<Policy> {
        let minimum = amounts::minor_units(self.minimum_capture.get_ref(), decimals);
        let minimum_capture = place.take(minimum.map_err(|problem| {
            place.error("policy.minimum_capture", &self.minimum_capture, problem)
        }));
        let milliseconds = |key: &str, value: &Spanned<u64>, most: u64| match *value.get_ref() {
            seconds if (1..=most).contains(&seconds) => Some(seconds * SECOND),
            _ => {
                place.add(place.error(key, value, format!("must be from 1 to {most} seconds")));
                None
            }
        };
        let authorise_timeout = milliseconds(
            "policy.authorise_timeout_s",
            &self.authorise_timeout_s,
            WEEK_S,
        );
        let plug_in_timeout =
            milliseconds("policy.plug_in_timeout_s", &self.plug_in_timeout_s, WEEK_S);
        let maximum_duration = milliseconds(
            "policy.maximum_duration_s",
            &self.maximum_duration_s,
            WEEK_S,
        );
        let hold_lifetime = milliseconds("policy.hold_lifetime_s", &self.hold_lifetime_s, WEEK_S);
        let stop_timeout = milliseconds("policy.stop_timeout_s", &self.stop_timeout_s, HOUR_S);
        let offline_timeout =
            milliseconds("policy.offline_timeout_s", &self.offline_timeout_s, WEEK_S);
        let maximum_power = place.take(self.maximum_power(place));
        let policy = Policy {
            tariff: tariff.clone(),
            utc_offsets: Vec::new(),
            currency_decimals: u8::try_from(decimals).unwrap_or(u8::MAX),
            minimum_capture: minimum_capture?,
            authorise_timeout: authorise_timeout?,
            plug_in_timeout: plug_in_timeout?,
            maximum_duration: maximum_duration?,
            hold_lifetime: hold_lifetime?,
            stop_timeout: stop_timeout?,
            offline_timeout: offline_timeout?,
            maximum_power: maximum_power?,
        };
        place.take(self.leaves_time_to_charge(place, &policy))?;
        Some(policy)
    }

    /// In watts.
    fn maximum_power(&self, place: &Place<'_>) -> Result<u32, ConfigError> {
        match *self.maximum_power_kw.get_ref() {
            kilowatts @ 1..=MOST_KW => Ok(kilowatts * 1_000),
            _ => {
                let problem = format!("must be from 1 to {MOST_KW} kilowatts");
                Err(place.error("policy.maximum_power_kw", &self.maximum_power_kw, problem))
            }
        }
    }

    /// A hold must last from when it is asked for until it is captured, with some time to charge in
    /// between.
    fn leaves_time_to_charge(&self, place: &Place<'_>, policy: &Policy) -> Result<(), ConfigError> {
        let taken = policy.authorise_timeout
            + policy.plug_in_timeout
            + policy.stop_timeout
            + HOUR_S * SECOND;
        if policy.hold_lifetime > taken {
            return Ok(());
        }
        let problem = format!(
            "must be more than {} seconds: authorise_timeout_s, plug_in_timeout_s and \
             stop_timeout_s, and an hour to capture",
            taken / SECOND
        );
        Err(place.error("policy.hold_lifetime_s", &self.hold_lifetime_s, problem))
    }
}
