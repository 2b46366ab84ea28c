//! A refund on record, and what became of a request to record one.

use chargetap_contract::money::{Currency, MinorUnits};

/// What became of a request to record a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundOutcome {
    /// It is on record, now or from before.
    OnRecord(Refund),
    /// The reference is on record with another amount.
    OtherAmount(Refund),
    /// It is more than what is left of the captured amount.
    TooLarge {
        /// How much is left, in minor units.
        left: MinorUnits,
        /// The session's currency.
        currency: Currency,
    },
    /// The session has captured nothing, or not yet.
    NotApplicable,
    /// There is no such session.
    UnknownSession,
}

/// A refund on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// How much was given back, in minor units.
    pub amount: MinorUnits,
    /// The session's currency.
    pub currency: Currency,
    /// How much was given back in all, this refund included, in minor units.
    pub refunded: MinorUnits,
    /// How much was left of the captured amount then, in minor units.
    pub left: MinorUnits,
    /// The id of its receipt, once that is issued.
    pub receipt: Option<String>,
}

impl RefundOutcome {
    /// Whether the refund is on record, now or from before.
    #[must_use]
    pub const fn is_on_record(&self) -> bool {
        matches!(self, Self::OnRecord(_))
    }
}
