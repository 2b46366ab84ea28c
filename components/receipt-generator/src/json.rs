//! The document as JSON, for machines.
//!
//! The names and meanings of these fields are stable: a field may be added, and `version` counts up
//! when one changes or goes. Amounts are integers in the minor unit of `currency`, of which
//! `currency_digits` is the number of decimals. Times are RFC 3339 with the site's offset. What
//! does not apply is `null`.

use chargetap_contract::{
    money::{Dimension, Price},
    receipt::{Document, Issuer, NothingTakenReason, Site, Summary},
    terminal::{Card, CardScheme},
};
use serde::Serialize;

use crate::{money::Currency, time::Times};

const VERSION: u32 = 2;

#[derive(Serialize)]
struct Receipt<'a> {
    version: u32,
    id: &'a str,
    /// `charge` or `nothing_taken`.
    kind: &'static str,
    /// `declined`, `not_plugged_in`, `cancelled_by_driver`, `cancelled_by_operator`, `start_failed`, `below_minimum` or
    /// `payment_failed`.
    nothing_taken_reason: Option<&'static str>,
    issued_at: String,
    card_shown_at: String,
    issuer: IssuerFields<'a>,
    site: SiteFields<'a>,
    /// The station's identity and the connector, as `STATION/1`.
    evse: &'a str,
    /// The payment terminal's serial number.
    terminal: &'a str,
    session: &'a str,
    card: Option<CardFields>,
    currency: &'a str,
    currency_digits: u32,
    /// What was pre-authorised; always `captured` plus `released`.
    held: u64,
    captured: u64,
    released: u64,
    charging: Option<ChargingFields>,
}

#[derive(Serialize)]
struct IssuerFields<'a> {
    name: &'a str,
    address: &'a str,
    vat_number: &'a str,
    contact: &'a str,
}

#[derive(Serialize)]
struct SiteFields<'a> {
    name: &'a str,
    address: &'a str,
    time_zone: &'a str,
}

#[derive(Serialize)]
struct CardFields {
    /// `visa`, `mastercard`, `maestro`, `amex`, `discover`, `jcb`, `unionpay`, `girocard` or
    /// `unknown`.
    scheme: &'static str,
    /// Four digits, as a text.
    last_four: Option<String>,
}

#[derive(Serialize)]
struct ChargingFields {
    started_at: String,
    ended_at: String,
    duration_ms: u64,
    energy_wh: u64,
    price: PriceFields,
}

/// `net` plus `vat` is `gross`, in all and for each rate.
#[derive(Serialize)]
struct PriceFields {
    net: u64,
    vat: u64,
    gross: u64,
    /// Whether unit prices, amounts of lines and adjustments include VAT.
    tax_included: bool,
    lines: Vec<LineFields>,
    vat_totals: Vec<VatTotalFields>,
}

#[derive(Serialize)]
struct LineFields {
    /// `energy`, `time`, `parking_time` or `flat`.
    dimension: &'static str,
    /// Watt-hours, milliseconds, or 1.
    quantity: u64,
    /// Per kilowatt-hour, per hour or for the session, in thousandths of the minor unit.
    unit_price_milli_minor: u64,
    /// Hundredths of a percent; nothing without VAT.
    vat_rate_basis_points: Option<u32>,
    /// In thousandths of the minor unit.
    amount_milli_minor: u64,
}

#[derive(Serialize)]
struct VatTotalFields {
    /// Hundredths of a percent; nothing without VAT.
    vat_rate_basis_points: Option<u32>,
    /// What the minimum price adds, or, below zero, the maximum takes off, in thousandths of the
    /// minor unit.
    adjustment_milli_minor: i64,
    net: u64,
    vat: u64,
    gross: u64,
}

pub(crate) fn write(document: &Document, currency: &Currency, times: &Times) -> String {
    let mut json = serde_json::to_string_pretty(&Receipt::of(document, currency, times))
        // Only a map whose keys are no texts can fail, and there is none.
        .unwrap_or_default();
    json.push('\n');
    json
}

impl<'a> Receipt<'a> {
    fn of(document: &'a Document, currency: &'a Currency, times: &Times) -> Self {
        let summary = &document.summary;
        Self {
            version: VERSION,
            id: &document.id,
            kind: match summary.nothing_taken {
                None => "charge",
                Some(_) => "nothing_taken",
            },
            nothing_taken_reason: summary.nothing_taken.map(reason),
            issued_at: times.settled.for_machines(),
            card_shown_at: times.tapped.for_machines(),
            issuer: IssuerFields::of(&document.issuer),
            site: SiteFields::of(&document.site),
            evse: &summary.evse,
            terminal: &summary.terminal,
            session: &summary.session,
            card: summary.card.as_ref().map(CardFields::of),
            currency: &currency.code,
            currency_digits: currency.digits,
            held: summary.held,
            captured: summary.captured,
            released: summary.released,
            charging: charging(summary, times),
        }
    }
}

impl<'a> IssuerFields<'a> {
    fn of(issuer: &'a Issuer) -> Self {
        Self {
            name: &issuer.name,
            address: &issuer.address,
            vat_number: &issuer.vat_number,
            contact: &issuer.contact,
        }
    }
}

impl<'a> SiteFields<'a> {
    fn of(site: &'a Site) -> Self {
        Self {
            name: &site.name,
            address: &site.address,
            time_zone: &site.time_zone,
        }
    }
}

impl CardFields {
    fn of(card: &Card) -> Self {
        Self {
            scheme: scheme(card.scheme),
            last_four: card.last_four.map(|digits| format!("{digits:04}")),
        }
    }
}

fn charging(summary: &Summary, times: &Times) -> Option<ChargingFields> {
    let charging = summary.charging.as_ref()?;
    let (start, end) = times.charging.as_ref()?;
    Some(ChargingFields {
        started_at: start.for_machines(),
        ended_at: end.for_machines(),
        duration_ms: charging.ended_at.saturating_sub(charging.started_at),
        energy_wh: charging.energy,
        price: PriceFields::of(&charging.cost),
    })
}

impl PriceFields {
    fn of(cost: &Price) -> Self {
        Self {
            net: cost.net,
            vat: cost.vat,
            gross: cost.gross,
            tax_included: cost.tax_included,
            lines: cost
                .lines
                .iter()
                .map(|line| LineFields {
                    dimension: dimension(line.dimension),
                    quantity: line.quantity,
                    unit_price_milli_minor: line.unit_price,
                    vat_rate_basis_points: line.vat_rate,
                    amount_milli_minor: line.amount,
                })
                .collect(),
            vat_totals: cost
                .vat_totals
                .iter()
                .map(|total| VatTotalFields {
                    vat_rate_basis_points: total.vat_rate,
                    adjustment_milli_minor: total.adjustment,
                    net: total.net,
                    vat: total.vat,
                    gross: total.gross,
                })
                .collect(),
        }
    }
}

fn dimension(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Energy => "energy",
        Dimension::Time => "time",
        Dimension::ParkingTime => "parking_time",
        Dimension::Flat => "flat",
    }
}

fn reason(reason: NothingTakenReason) -> &'static str {
    match reason {
        NothingTakenReason::Declined => "declined",
        NothingTakenReason::NotPluggedIn => "not_plugged_in",
        NothingTakenReason::CancelledByDriver => "cancelled_by_driver",
        NothingTakenReason::CancelledByOperator => "cancelled_by_operator",
        NothingTakenReason::StartFailed => "start_failed",
        NothingTakenReason::BelowMinimum => "below_minimum",
        NothingTakenReason::PaymentFailed => "payment_failed",
    }
}

fn scheme(scheme: CardScheme) -> &'static str {
    match scheme {
        CardScheme::Visa => "visa",
        CardScheme::Mastercard => "mastercard",
        CardScheme::Maestro => "maestro",
        CardScheme::Amex => "amex",
        CardScheme::Discover => "discover",
        CardScheme::Jcb => "jcb",
        CardScheme::Unionpay => "unionpay",
        CardScheme::Girocard => "girocard",
        CardScheme::Unknown => "unknown",
    }
}
