//! The texts of receipts, pages and terminals, one file per language.
//!
//! A language is one file. One without one of the texts does not compile.

mod bg;
mod cs;
mod da;
mod de;
mod el;
mod en;
mod es;
mod et;
mod fi;
mod fr;
mod ga;
mod hr;
mod hu;
mod it;
mod lt;
mod lv;
mod mt;
mod nb;
mod nl;
mod pl;
mod pt;
mod ro;
mod sk;
mod sl;
mod sv;

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

/// All languages: the official ones of the EU, and Norwegian.
const ALL: [&Language; 25] = [
    &bg::LANGUAGE,
    &cs::LANGUAGE,
    &da::LANGUAGE,
    &de::LANGUAGE,
    &el::LANGUAGE,
    &en::LANGUAGE,
    &es::LANGUAGE,
    &et::LANGUAGE,
    &fi::LANGUAGE,
    &fr::LANGUAGE,
    &ga::LANGUAGE,
    &hr::LANGUAGE,
    &hu::LANGUAGE,
    &it::LANGUAGE,
    &lt::LANGUAGE,
    &lv::LANGUAGE,
    &mt::LANGUAGE,
    &nb::LANGUAGE,
    &nl::LANGUAGE,
    &pl::LANGUAGE,
    &pt::LANGUAGE,
    &ro::LANGUAGE,
    &sk::LANGUAGE,
    &sl::LANGUAGE,
    &sv::LANGUAGE,
];

/// A language's texts. The arguments of its functions are already written in this language.
pub(crate) struct Language {
    /// The language of the BCP 47 tags that select it, in lower case.
    pub(crate) tag: &'static str,

    pub(crate) receipt: &'static str,
    pub(crate) refund: &'static str,
    pub(crate) invoice: &'static str,
    pub(crate) payout: &'static str,

    pub(crate) paid: &'static str,
    pub(crate) nothing_taken: &'static str,
    pub(crate) given_back: &'static str,
    pub(crate) paid_out: &'static str,

    pub(crate) reason: fn(NothingTakenReason) -> &'static str,
    pub(crate) was_released: fn(&str) -> String,
    pub(crate) nothing_was_reserved: &'static str,
    /// Of which receipt (number, date) this is a refund.
    pub(crate) refund_of: fn(&str, &str) -> String,
    pub(crate) reported_late: &'static str,
    /// Which receipt (number, date) this invoice replaces.
    pub(crate) instead_of: fn(&str, &str) -> String,
    /// The payee, and the statement.
    pub(crate) payout_to: fn(&str, &str) -> String,

    pub(crate) charging: &'static str,
    pub(crate) site: &'static str,
    pub(crate) address: &'static str,
    pub(crate) evse: &'static str,
    pub(crate) start: &'static str,
    pub(crate) end: &'static str,
    pub(crate) duration: &'static str,
    pub(crate) energy: &'static str,

    pub(crate) price: &'static str,
    /// The label of the prices.
    pub(crate) tariff: &'static str,
    /// Behind the prices, in brackets.
    pub(crate) vat_included: &'static str,
    pub(crate) parking: &'static str,
    pub(crate) per_session: &'static str,
    /// The adjustments to the minimum and to the maximum price.
    pub(crate) minimum_price: &'static str,
    pub(crate) maximum_price: &'static str,
    pub(crate) net: &'static str,
    pub(crate) vat: &'static str,
    /// Between a VAT rate and its amount.
    pub(crate) on: &'static str,
    pub(crate) gross: &'static str,
    /// An amount without VAT, or whose VAT is not known.
    pub(crate) without_vat: &'static str,
    /// How the price is rounded: for unit prices with VAT, without VAT, or if there is no VAT.
    pub(crate) rounding: fn(Option<bool>) -> &'static str,
    pub(crate) price_above_hold: &'static str,

    pub(crate) payment: &'static str,
    pub(crate) held: &'static str,
    pub(crate) captured: &'static str,
    pub(crate) released: &'static str,
    pub(crate) refunded_in_all: &'static str,
    pub(crate) card: &'static str,
    pub(crate) entry: &'static str,
    pub(crate) entry_mode: fn(EntryMode) -> &'static str,
    pub(crate) application: &'static str,
    pub(crate) authorisation_code: &'static str,
    pub(crate) sequence_number: &'static str,
    pub(crate) tapped: &'static str,
    pub(crate) terminal: &'static str,

    /// The charging as the station reported it after the session was settled.
    pub(crate) corrected: &'static str,
    /// The fee of the platform.
    pub(crate) fee: &'static str,
    pub(crate) vat_in_fee: &'static str,

    pub(crate) measurement: &'static str,
    /// The signed values are verified, and nothing was billed.
    pub(crate) measured_only: fn(&str) -> String,
    /// The signed values are verified, and were billed.
    pub(crate) measured: fn(&str) -> String,
    /// The signed values (first) are verified, but something else (second) was billed.
    pub(crate) measured_otherwise: fn(&str, &str) -> String,
    pub(crate) not_measured: fn(MeasurementProblem) -> &'static str,
    /// How the driver can check it.
    pub(crate) transparency: &'static str,

    /// The heading of the buyer's section.
    pub(crate) buyer: &'static str,
    pub(crate) issuer: &'static str,
    pub(crate) name: &'static str,
    pub(crate) vat_number: &'static str,
    pub(crate) contact: &'static str,
    pub(crate) issued: &'static str,
    pub(crate) number: &'static str,
    pub(crate) original: &'static str,
    pub(crate) receipt_id: &'static str,
    pub(crate) code: &'static str,
    pub(crate) session: &'static str,

    pub(crate) save_pdf: &'static str,
    pub(crate) save_signed_values: &'static str,
    pub(crate) want_invoice: &'static str,

    pub(crate) find_receipt: &'static str,
    /// Between the two ways to find it.
    pub(crate) or: &'static str,
    pub(crate) date: &'static str,
    pub(crate) amount: &'static str,
    pub(crate) last_four: &'static str,
    /// The label of the button.
    pub(crate) find: &'static str,
    pub(crate) not_found: &'static str,
    pub(crate) too_many_attempts: &'static str,
    /// The label of the button.
    pub(crate) request_invoice: &'static str,
    pub(crate) card_number_typed: &'static str,
    pub(crate) buyer_refused: &'static str,
    pub(crate) invoice_coming: &'static str,
    pub(crate) no_invoice: &'static str,

    pub(crate) screen: Screen,
}

/// What terminals say. Their screens are small: the shorter, the better. Every text is a sentence that ends
/// with a full stop, unless it says otherwise.
pub(crate) struct Screen {
    /// The parts of a price, within a sentence. An argument is a price such as `€0.05/min`.
    pub(crate) free: &'static str,
    /// The price of a session whatever is charged.
    pub(crate) per_session: fn(&str) -> String,
    /// The price of the time in which the vehicle is plugged in and does not charge.
    pub(crate) idle: fn(&str) -> String,
    /// The highest of several prices.
    pub(crate) up_to: fn(&str) -> String,
    /// A price at which it may be instead, depending on the charging power.
    pub(crate) by_power: fn(&str) -> String,
    /// A price from so many minutes on.
    pub(crate) after_minutes: fn(&str, &str) -> String,
    /// A price at another time of the session.
    pub(crate) later: fn(&str) -> String,
    /// The minimum price.
    pub(crate) at_least: fn(&str) -> String,
    /// The amount that is reserved on the card.
    pub(crate) hold: fn(&str) -> String,

    pub(crate) show_card: &'static str,
    pub(crate) card_accepted: &'static str,
    pub(crate) charging_begun: &'static str,
    /// Charging ended, at this price.
    pub(crate) charging_ended: fn(&str) -> String,
    /// Another driver is charging.
    pub(crate) in_use: &'static str,
    pub(crate) plug_in: &'static str,
    pub(crate) to_stop: &'static str,
    /// To stop: the card that the session began with.
    pub(crate) show_first_card: &'static str,
    pub(crate) out_of_service: &'static str,

    /// So much was paid.
    pub(crate) paid: fn(&str) -> String,
    /// At which address and by which code the receipt is found.
    pub(crate) receipt_at: fn(&str, &str) -> String,
    /// The card was shown after the session ended: showing it once more begins another one.
    pub(crate) to_charge_again: &'static str,

    /// The title of a choice of amounts, and of a choice of places: a question.
    pub(crate) how_much: &'static str,
    pub(crate) where_to_charge: &'static str,
    /// The labels of buttons, without a full stop: to stop, and to stop at this place.
    pub(crate) stop: &'static str,
    pub(crate) stop_at: fn(&str) -> String,
    /// A question, to a driver whose card was shown again: is charging to stop? And the button that says no, without
    /// a full stop.
    pub(crate) confirm_stop: &'static str,
    pub(crate) go_on: &'static str,
}

/// The tags of all languages.
pub(crate) fn tags() -> impl Iterator<Item = &'static str> {
    ALL.into_iter().map(|language| language.tag)
}

/// The language of a BCP 47 tag, whatever script and region follow.
pub(crate) fn find(locale: &str) -> Option<&'static Language> {
    let (tag, _) = locale.split_once('-').unwrap_or((locale, ""));
    let tag = tag.to_ascii_lowercase();
    let tag = match tag.as_str() {
        // Norwegian of either kind is written in Bokmål.
        "no" | "nn" => "nb",
        other => other,
    };
    ALL.into_iter().find(|language| language.tag == tag)
}
