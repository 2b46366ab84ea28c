//! English.

use chargetap_contract::receipt::NothingTakenReason;

use super::Language;

pub(super) static LANGUAGE: Language = Language {
    tag: "en",

    receipt: "Receipt",
    paid: "Paid",
    nothing_taken: "Nothing was taken",
    reason: |reason| match reason {
        NothingTakenReason::Declined => "The card was refused.",
        NothingTakenReason::NotPluggedIn => "No vehicle was connected in time.",
        NothingTakenReason::CancelledByDriver => "The card was shown again before charging began.",
        NothingTakenReason::CancelledByOperator => "The operator ended it before charging began.",
        NothingTakenReason::StartFailed => "The charging station did not start.",
        NothingTakenReason::BelowMinimum => "The price was too low to be charged.",
        NothingTakenReason::PaymentFailed => "The payment could not be made.",
    },
    was_released: |amount| format!("The pre-authorised {amount} was released."),
    nothing_was_reserved: "No amount had been pre-authorised.",

    charging: "Charging",
    site: "Site",
    address: "Address",
    evse: "Charging point (EVSE)",
    start: "Start",
    end: "End",
    duration: "Duration",
    energy: "Energy",

    price: "Price",
    parking: "Parking",
    per_session: "Per session",
    minimum_price: "Minimum price",
    maximum_price: "Maximum price",
    net: "Total excl. VAT",
    vat: "VAT",
    on: "on",
    gross: "Total incl. VAT",
    rounding: |tax_included| {
        if tax_included {
            "Unit prices include VAT. The total is rounded once, half up, and the VAT is taken out of \
             the rounded total."
        } else {
            "Unit prices exclude VAT. The total is rounded once, half up, and the VAT is taken out of \
             the rounded total."
        }
    },
    price_above_hold: "The price is higher than the pre-authorised amount; only the pre-authorised \
                       amount was captured.",

    payment: "Payment",
    held: "Pre-authorised",
    captured: "Captured",
    released: "Released",
    card: "Card",
    some_card: "Card",
    tapped: "Card shown",
    terminal: "Terminal",

    issuer: "Issued by",
    name: "Name",
    vat_number: "VAT number",
    contact: "Contact",
    issued: "Date of issue",
    receipt_id: "Receipt id",
    session: "Session",
};
