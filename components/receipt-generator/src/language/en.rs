//! English.

use chargetap_contract::receipt::{EntryMode, MeasurementProblem, NothingTakenReason};

use super::{Language, Screen};

pub(super) static LANGUAGE: Language = Language {
    tag: "en",

    receipt: "Receipt",
    refund: "Refund",
    invoice: "Invoice",
    payout: "Payout",

    paid: "Paid",
    nothing_taken: "Nothing was taken",
    given_back: "Refunded",
    paid_out: "Paid out",

    reason: |reason| match reason {
        NothingTakenReason::Declined => "The card was refused.",
        NothingTakenReason::NotPluggedIn => "No vehicle was connected in time.",
        NothingTakenReason::CancelledByDriver => "The card was shown again before charging began.",
        NothingTakenReason::CancelledByOperator => {
            "The operator ended the session before charging began."
        }
        NothingTakenReason::StartFailed => "The charging station did not start charging.",
        NothingTakenReason::BelowMinimum => "The price was too low to be charged.",
        NothingTakenReason::PaymentFailed => "The payment could not be made.",
    },
    was_released: |amount| format!("The pre-authorised {amount} was released."),
    nothing_was_reserved: "No amount had been pre-authorised.",
    refund_of: |number, date| format!("This refund relates to receipt {number} of {date}."),
    reported_late: "After the payment, the charging station reported a different meter reading.",
    instead_of: |number, date| format!("This invoice replaces receipt {number} of {date}."),
    payout_to: |payee, statement| format!("To {payee}, statement {statement}."),

    charging: "Charging",
    site: "Site",
    address: "Address",
    evse: "Charging point (EVSE)",
    start: "Start",
    end: "End",
    duration: "Duration",
    energy: "Energy",

    price: "Price",
    tariff: "Tariff",
    vat_included: "incl. VAT",
    parking: "Parking",
    per_session: "Per session",
    minimum_price: "Supplement to the minimum price",
    maximum_price: "Reduction to the maximum price",
    net: "Total excl. VAT",
    vat: "VAT",
    on: "on",
    gross: "Total incl. VAT",
    without_vat: "Without VAT",
    rounding: |tax_included| match tax_included {
        Some(true) => {
            "Unit prices include VAT. The total is rounded once, half up, and the VAT is taken out of \
             the rounded total."
        }
        Some(false) => {
            "Unit prices exclude VAT. The total is rounded once, half up, and the VAT is taken out of \
             the rounded total."
        }
        None => "The total is rounded once, half up.",
    },
    price_above_hold: "The price is higher than the pre-authorised amount; only the pre-authorised \
                       amount was captured.",

    payment: "Payment",
    held: "Pre-authorised",
    captured: "Captured",
    released: "Released",
    refunded_in_all: "Refunded in total",
    card: "Card",
    entry: "Entry mode",
    entry_mode: |mode| match mode {
        EntryMode::Contactless => "Contactless",
        EntryMode::Chip => "Chip",
        EntryMode::MagneticStripe => "Magnetic stripe",
    },
    application: "Application (AID)",
    authorisation_code: "Authorisation code",
    sequence_number: "Sequence number",
    tapped: "Card shown",
    terminal: "Terminal",

    corrected: "Corrected values",
    fee: "Fee",
    vat_in_fee: "VAT in the fee",

    measurement: "Measurement",
    measured_only: |energy| {
        format!("The meter's signed values were checked: {energy} was measured.")
    },
    measured: |energy| {
        format!("The meter's signed values were checked: {energy} was measured, as billed.")
    },
    measured_otherwise: |measured, billed| {
        format!(
            "The meter's signed values were checked: {measured} was measured, but {billed} was \
             billed. Please contact us."
        )
    },
    not_measured: |problem| match problem {
        MeasurementProblem::NoKey | MeasurementProblem::UnreadableKey => {
            "The meter's signed values could not be checked: there is no usable public key."
        }
        MeasurementProblem::TooLarge
        | MeasurementProblem::UnsupportedCurve
        | MeasurementProblem::UnsupportedAlgorithm
        | MeasurementProblem::UnreadablePacket => {
            "The meter's signed values could not be checked: their form is not supported."
        }
        MeasurementProblem::WrongSignature => {
            "The meter's signed values were checked, and the signature is wrong. Please contact us."
        }
        MeasurementProblem::NoBeginning
        | MeasurementProblem::NoEnd
        | MeasurementProblem::OtherMeter
        | MeasurementProblem::WrongOrder => {
            "The meter's signed values could not be checked: they are incomplete or contradictory."
        }
        MeasurementProblem::NotMeasured => {
            "The meter's signed values could not be checked: there is no usable reading."
        }
    },
    transparency: "The signed values can be saved and checked with the transparency software.",

    buyer: "Billed to",
    issuer: "Issued by",
    name: "Name",
    vat_number: "VAT number",
    contact: "Questions and disputes",
    issued: "Date of issue",
    number: "Number",
    original: "Original receipt",
    receipt_id: "Receipt ID",
    code: "Receipt code",
    session: "Session",

    save_pdf: "Save as PDF",
    save_signed_values: "Save the signed meter values",
    want_invoice: "Invoice in a company's name",

    find_receipt: "Find your receipt",
    or: "or",
    date: "Date",
    amount: "Amount",
    last_four: "Last four digits of the card",
    find: "Find",
    not_found: "There is no such receipt. Please check what you typed. It can take a few minutes \
                after charging.",
    too_many_attempts: "Too many attempts. Please wait a minute and try again.",
    request_invoice: "Request invoice",
    card_number_typed: "Please do not enter a card number here. The field that contained one was \
                        cleared.",
    buyer_refused: "Something is missing, or the VAT number is wrong. It begins with the country's \
                    letters, such as DE123456789.",
    invoice_coming: "The invoice is being made. This page opens it by itself.",
    no_invoice: "There is no invoice for this receipt: nothing was taken, or something was refunded.",

    screen: Screen {
        free: "free",
        per_session: |price| format!("{price} per session"),
        idle: |price| format!("{price} while not charging"),
        up_to: |price| format!("up to {price}"),
        by_power: |price| format!("depending on power {price}"),
        after_minutes: |price, minutes| format!("{price} after {minutes} min"),
        later: |price| format!("later {price}"),
        at_least: |price| format!("at least {price}"),
        hold: |amount| format!("hold {amount}"),

        show_card: "Show your card.",
        card_accepted: "Card accepted. Plug in to charge.",
        charging_begun: "Charging has begun.",
        charging_ended: |price| format!("Charging ended: {price}."),
        in_use: "In use.",
        plug_in: "Plug in to charge.",
        to_stop: "To stop, show the same card again.",
        show_first_card: "Show the card that you began with.",
        out_of_service: "Out of service.",

        paid: |amount| format!("Paid: {amount}."),
        receipt_at: |address, code| format!("Receipt: {address}, code {code}."),
        to_charge_again: "To charge again, show the card once more.",

        how_much: "How much at most?",
        where_to_charge: "Where do you charge?",
        stop: "Stop charging",
        stop_at: |place| format!("Stop {place}"),
        confirm_stop: "Stop charging?",
        go_on: "Continue",
    },
};
