//! Reports of payment providers, reduced to what may leave this crate.

use chargetap_contract::callback::{CallbackEvent, PaymentChange, PaymentReport};
use chargetap_contract::money::Money;

use crate::text;

/// The largest amount that is passed on, in minor units. An amount with more digits could be a card
/// number.
const MAX_AMOUNT: u64 = 999_999_999_999;

/// The fields of a report as the provider wrote them.
#[derive(Default)]
pub(crate) struct Findings<'a> {
    pub(crate) payment: Option<&'a str>,
    pub(crate) change_id: Option<&'a str>,
    pub(crate) reference: Option<&'a str>,
    /// In minor units.
    pub(crate) amount: Option<u64>,
    /// In upper or lower case.
    pub(crate) currency: Option<&'a str>,
}

impl Findings<'_> {
    pub(crate) fn report(self, change: PaymentChange) -> CallbackEvent {
        CallbackEvent::Payment(PaymentReport {
            change,
            payment: self.payment.and_then(text::safe),
            change_id: self.change_id.and_then(text::safe),
            reference: self.reference.and_then(text::safe),
            amount: self.money(),
        })
    }

    fn money(&self) -> Option<Money> {
        let amount = self.amount.filter(|amount| *amount <= MAX_AMOUNT)?;
        let currency = self.currency.filter(|code| is_currency(code))?;
        Some(Money {
            amount,
            currency: currency.to_ascii_uppercase(),
        })
    }
}

/// An event of a kind that is not known here.
pub(crate) fn unknown(kind: &str) -> CallbackEvent {
    CallbackEvent::Unknown(text::safe(kind).unwrap_or_default())
}

fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic())
}
