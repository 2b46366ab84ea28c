//! The terms of a session: what its driver was told, and what else decides about its money.
//!
//! They are kept with the prompt that asked for the card, and from there with the session. So a price, a policy or a
//! site that changes counts from the next prompt on, and for no session that began before.

use chargetap_contract::money::Tariff;
use chargetap_contract::receipt::Site;
use chargetap_contract::session::Policy;
use serde::{Deserialize, Serialize};

use crate::error::EngineError;
use crate::local_time;

/// The terms of a session. Stored as JSON under these names, for as long as the session's events, so that what is added
/// later needs a default. The tariff has the contract's form: where that changes, a form of its own has to read this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Terms {
    tariff: Tariff,
    bounds: Bounds,
    /// Where the terminal stands, as receipts say it. Prices go by the time there, or by UTC if nobody knows where.
    pub(crate) site: Option<Site>,
}

/// What of a policy neither is its tariff nor changes with time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Bounds {
    currency_decimals: u8,
    minimum_capture: u64,
    authorise_timeout: u64,
    plug_in_timeout: u64,
    maximum_duration: u64,
    hold_lifetime: u64,
    stop_timeout: u64,
    offline_timeout: u64,
    maximum_power: u32,
}

impl Terms {
    /// Those of a policy, whose UTC offsets are left out, at a site.
    pub(crate) fn new(policy: &Policy, site: Option<Site>) -> Self {
        let Policy {
            tariff,
            utc_offsets: _,
            currency_decimals,
            minimum_capture,
            authorise_timeout,
            plug_in_timeout,
            maximum_duration,
            hold_lifetime,
            stop_timeout,
            offline_timeout,
            maximum_power,
        } = policy;
        Self {
            tariff: tariff.clone(),
            bounds: Bounds {
                currency_decimals: *currency_decimals,
                minimum_capture: *minimum_capture,
                authorise_timeout: *authorise_timeout,
                plug_in_timeout: *plug_in_timeout,
                maximum_duration: *maximum_duration,
                hold_lifetime: *hold_lifetime,
                stop_timeout: *stop_timeout,
                offline_timeout: *offline_timeout,
                maximum_power: *maximum_power,
            },
            site,
        }
    }

    /// Its currency.
    pub(crate) fn currency(&self) -> &str {
        &self.tariff.currency
    }

    /// What one connector can deliver at most, in watts.
    pub(crate) fn maximum_power(&self) -> u32 {
        self.bounds.maximum_power
    }

    /// The policy of a step at a moment, in milliseconds since 1970.
    ///
    /// # Errors
    /// The site's time zone is not known.
    pub(crate) fn policy_at(&self, now: u64) -> Result<Policy, EngineError> {
        let zone = local_time::of_site(self.site.as_ref())?;
        let bounds = &self.bounds;
        Ok(Policy {
            tariff: self.tariff.clone(),
            utc_offsets: local_time::utc_offsets(&zone, now),
            currency_decimals: bounds.currency_decimals,
            minimum_capture: bounds.minimum_capture,
            authorise_timeout: bounds.authorise_timeout,
            plug_in_timeout: bounds.plug_in_timeout,
            maximum_duration: bounds.maximum_duration,
            hold_lifetime: bounds.hold_lifetime,
            stop_timeout: bounds.stop_timeout,
            offline_timeout: bounds.offline_timeout,
            maximum_power: bounds.maximum_power,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    impl Terms {
        /// Those of the example's first terminal.
        pub(crate) fn example() -> Self {
            let example = include_str!("../../gateway/examples/chargetap.toml");
            let config = Config::parse(example).unwrap();
            let terminal = config.terminals.into_values().next().unwrap();
            Self::new(&terminal.policy, config.site)
        }
    }

    // Of version 4: a tariff with every restriction and both limits, at a site.
    #[test]
    fn terms_that_were_stored_are_still_read() {
        let stored = include_str!("terms/version-4.json");
        let terms: Terms = serde_json::from_str(stored).unwrap();
        let again = serde_json::to_value(&terms).unwrap();
        let stored: serde_json::Value = serde_json::from_str(stored).unwrap();
        assert_eq!(again, stored);
    }

    // Stockholm is an hour ahead of UTC in winter, Helsinki two.
    #[test]
    fn prices_go_by_the_time_at_the_site() {
        let mut terms = Terms::example();
        for (zone, minutes) in [("Europe/Stockholm", 60), ("Europe/Helsinki", 120)] {
            terms.site.as_mut().unwrap().time_zone = zone.into();
            let offsets = terms.policy_at(0).unwrap().utc_offsets;
            let minutes_of = |it: &chargetap_contract::money::UtcOffset| it.minutes;
            assert_eq!(offsets.first().map(minutes_of), Some(minutes), "{zone}");
        }
    }

    #[test]
    fn a_time_zone_that_nobody_knows_prices_nothing() {
        let mut terms = Terms::example();
        terms.site.as_mut().unwrap().time_zone = "Europe/Atlantis".into();
        let error = terms.policy_at(0).unwrap_err();
        assert!(error.to_string().contains("Europe/Atlantis"), "{error}");
    }
}
