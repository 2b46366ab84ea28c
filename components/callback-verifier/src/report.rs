//! What a payment provider reports, reduced to what may leave.

use chargetap_contract::callback::{CallbackEvent, PaymentChange, PaymentReport};
use chargetap_contract::money::Money;

use crate::text;

/// The largest amount that is passed on, in minor units: one with more digits could be a card
/// number.
const MAX_AMOUNT: u64 = 999_999_999_999;

/// What was found, in the provider's own words.
#[derive(Default)]
pub(crate) struct Findings<'a> {
    pub(crate) payment: Option<&'a str>,
    pub(crate) change_id: Option<&'a str>,
    pub(crate) reference: Option<&'a str>,
    /// In minor units.
    pub(crate) amount: Option<u64>,
    /// In any case.
    pub(crate) currency: Option<&'a str>,
}

impl Findings<'_> {
    pub(crate) fn report(self, change: PaymentChange) -> CallbackEvent {
        CallbackEvent::Payment(PaymentReport {
            change,
            payment: self.payment.and_then(text::passed_on),
            change_id: self.change_id.and_then(text::passed_on),
            reference: self.reference.and_then(text::passed_on),
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
    CallbackEvent::Unknown(text::passed_on(kind).unwrap_or_default())
}

fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic())
}
