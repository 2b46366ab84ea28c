//! What a receipt says, one file per language.

mod en;
mod sv;

use chargetap_contract::receipt::NothingTakenReason;

/// Every language there is.
const ALL: [&Language; 2] = [&en::LANGUAGE, &sv::LANGUAGE];

/// A language's texts. A function takes an amount, already written with its currency.
pub(crate) struct Language {
    /// The language of the BCP 47 tags that select it, in lower case.
    pub(crate) tag: &'static str,

    pub(crate) receipt: &'static str,
    pub(crate) paid: &'static str,
    pub(crate) nothing_taken: &'static str,
    pub(crate) reason: fn(NothingTakenReason) -> &'static str,
    pub(crate) was_released: fn(&str) -> String,
    pub(crate) nothing_was_reserved: &'static str,

    pub(crate) charging: &'static str,
    pub(crate) site: &'static str,
    pub(crate) address: &'static str,
    pub(crate) evse: &'static str,
    pub(crate) start: &'static str,
    pub(crate) end: &'static str,
    pub(crate) duration: &'static str,
    pub(crate) energy: &'static str,

    pub(crate) price: &'static str,
    pub(crate) parking: &'static str,
    pub(crate) per_session: &'static str,
    pub(crate) minimum_price: &'static str,
    pub(crate) maximum_price: &'static str,
    pub(crate) net: &'static str,
    pub(crate) vat: &'static str,
    /// Between a VAT rate and the amount it is of.
    pub(crate) on: &'static str,
    pub(crate) gross: &'static str,
    /// How the price is rounded, for unit prices that include VAT or do not.
    pub(crate) rounding: fn(bool) -> &'static str,
    pub(crate) price_above_hold: &'static str,

    pub(crate) payment: &'static str,
    pub(crate) held: &'static str,
    pub(crate) captured: &'static str,
    pub(crate) released: &'static str,
    pub(crate) card: &'static str,
    /// In the place of a scheme that is not known.
    pub(crate) some_card: &'static str,
    pub(crate) tapped: &'static str,
    pub(crate) terminal: &'static str,

    pub(crate) issuer: &'static str,
    pub(crate) name: &'static str,
    pub(crate) vat_number: &'static str,
    pub(crate) contact: &'static str,
    pub(crate) issued: &'static str,
    pub(crate) receipt_id: &'static str,
    pub(crate) session: &'static str,
}

/// The language of a BCP 47 tag, whatever script and region follow.
pub(crate) fn find(locale: &str) -> Option<&'static Language> {
    let (tag, _) = locale.split_once('-').unwrap_or((locale, ""));
    ALL.into_iter()
        .find(|language| language.tag.eq_ignore_ascii_case(tag))
}
