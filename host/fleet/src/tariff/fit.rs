//! Whether a tariff fits a terminal. It is asked when a tariff is put on record, when a gateway starts, and whenever a
//! terminal is told its price: what fitted may not any more once the gateway was configured anew.

use chargetap_contract::money;
use jiff::tz::TimeZone;

use super::{TariffDetails, TariffForm, amounts, least};
use crate::moment::{LocalTime, Moment};
use crate::refusal::Reason;

/// What a terminal asks of its tariff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TariffNeeds {
    /// The id of its tariff.
    pub tariff: String,
    /// The currency that it takes.
    pub currency: String,
    /// What it holds, in minor units; nothing if that is its tariff's to say.
    pub holds: Vec<u64>,
    /// Less is never captured, in minor units.
    pub minimum_capture: u64,
}

impl From<Misfit> for Reason {
    fn from(Misfit { from, reason }: Misfit) -> Self {
        match from {
            None => reason,
            Some(from) => Self::new(&reason.code, format!("from {from} on: {}", reason.text)),
        }
    }
}

impl TariffNeeds {
    /// What prices mean to a terminal, and what it holds, in minor units.
    fn read(&self, serial: &str, prices: &TariffForm) -> Result<(money::Tariff, Vec<u64>), Reason> {
        // Only where an earlier version read what this one does not.
        let tariff = prices.read().map_err(|mistakes| {
            let first = mistakes.into_iter().next().map(Reason::from);
            first.unwrap_or_else(|| Reason::new("wrong-value", "the prices cannot be read"))
        })?;
        let holds = self.holds(serial, &tariff)?;
        Ok((tariff, holds))
    }

    /// What a terminal holds, in minor units, if it has this tariff; at least one amount.
    ///
    /// # Errors
    /// Why it cannot have it. The place is a member of the prices.
    pub fn holds(&self, serial: &str, tariff: &money::Tariff) -> Result<Vec<u64>, Reason> {
        let Self {
            currency, holds, ..
        } = self;
        if *currency != tariff.currency {
            let other = &tariff.currency;
            let text = format!("terminal {serial} takes {currency}, and the prices are in {other}");
            return Err(Reason::new("currency-differs", text).at("currency"));
        }
        let (holds, whose) = match (holds.as_slice(), tariff.preauthorize_amount) {
            ([], None) => {
                let text = format!("terminal {serial} has no hold of its own: say preauthorize");
                return Err(Reason::new("hold-missing", text).at("preauthorize"));
            }
            ([], Some(hold)) => (vec![hold], "preauthorize"),
            (_, _) => (holds.clone(), "min_price"),
        };
        let smallest = holds.iter().min().copied().unwrap_or_default();
        let decimals = amounts::decimals(currency).unwrap_or_default();
        let text = |amount| amounts::text(amount, decimals);
        let covered = [
            (least(tariff), "the minimum price with VAT"),
            (self.minimum_capture, "what is captured at least"),
        ];
        let short = covered.iter().find(|(needed, _)| smallest < *needed);
        let Some((needed, what)) = short else {
            return Ok(holds);
        };
        let text = format!(
            "terminal {serial} would hold {}, which is less than {what}, {}",
            text(smallest),
            text(*needed)
        );
        Err(Reason::new("hold-too-small", text).at(whose))
    }
}

/// Why a terminal cannot have a tariff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// From when, by the time at its site; absent for now.
    pub from: Option<LocalTime>,
    /// Why.
    pub reason: Reason,
}

impl TariffDetails {
    /// Why a terminal cannot have it, now or from the first change on by which it cannot.
    #[must_use]
    pub fn misfit(
        &self,
        serial: &str,
        needs: &TariffNeeds,
        zone: &TimeZone,
        now: Moment,
    ) -> Option<Misfit> {
        let coming = self.changes.iter().skip(self.begun(now, &[zone]).len());
        let coming = coming.map(|change| (Some(change.from), &change.prices));
        let mut prices = [(None, self.at(now, zone))].into_iter().chain(coming);
        prices.find_map(|(from, prices)| {
            let reason = needs.read(serial, prices).err()?;
            Some(Misfit { from, reason })
        })
    }

    /// What it means to a terminal at a moment: the prices, and what the terminal holds, in minor units.
    ///
    /// # Errors
    /// Why the terminal cannot have it.
    pub fn at_terminal(
        &self,
        serial: &str,
        needs: &TariffNeeds,
        zone: &TimeZone,
        now: Moment,
    ) -> Result<(money::Tariff, Vec<u64>), Reason> {
        needs.read(serial, self.at(now, zone))
    }
}
