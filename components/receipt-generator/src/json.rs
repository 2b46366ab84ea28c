//! The document as JSON, for machines.
//!
//! The names and meanings of these fields are stable: a field may be added, and `version` counts up
//! when one changes or goes. Amounts are integers in the minor unit of `currency`, of which
//! `currency_digits` is the number of decimals. Times are RFC 3339 with the site's offset. What
//! does not apply is `null`.

use chargetap_contract::{
    money::{Dimension, Price, VatTotal},
    receipt::{
        Buyer, Document, EntryMode, Issuer, Measurement, MeasurementProblem, MeasurementVerdict,
        NothingTakenReason, Payout, Refund, Site, Slip, Subject, Summary,
    },
    terminal::{Card, CardScheme},
};
use serde::Serialize;

use crate::{money::Currency, sheet::application, subject, time::Times};

const VERSION: u32 = 3;

#[derive(Serialize)]
struct Receipt<'a> {
    version: u32,
    id: &'a str,
    /// Of the issuer's sequence without gaps.
    number: Option<&'a str>,
    /// `charge`, `nothing_taken`, `refund`, `invoice` or `payout`.
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
    /// What was captured, by VAT rate.
    captured_vat: Vec<VatTotalFields>,
    charging: Option<ChargingFields>,
    refund: Option<RefundFields>,
    buyer: Option<BuyerFields<'a>>,
    payout: Option<PayoutFields<'a>>,
    /// The receipt that this one refers to.
    original: Option<OriginalFields<'a>>,
    slip: Option<SlipFields<'a>>,
    /// What the terminal said of the price.
    tariff: Option<&'a str>,
    measurement: Option<MeasurementFields<'a>>,
    /// Where it can be read.
    link: Option<&'a str>,
    /// By which it can be found.
    code: Option<&'a str>,
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

/// What was given back.
#[derive(Serialize)]
struct RefundFields {
    amount: u64,
    /// With what was given back before.
    refunded: u64,
    amount_vat: Vec<VatTotalFields>,
    /// What the station reported after the session was settled, and what it costs.
    corrected: Option<CorrectedFields>,
}

#[derive(Serialize)]
struct CorrectedFields {
    energy_wh: u64,
    price: PriceFields,
}

#[derive(Serialize)]
struct BuyerFields<'a> {
    name: &'a str,
    address: &'a str,
    vat_number: &'a str,
}

/// `fee` plus `paid_out` is what was captured.
#[derive(Serialize)]
struct PayoutFields<'a> {
    payee: &'a str,
    statement: &'a str,
    fee: u64,
    fee_vat: u64,
    paid_out: u64,
}

#[derive(Serialize)]
struct OriginalFields<'a> {
    id: &'a str,
    number: Option<&'a str>,
    issued_at: String,
}

#[derive(Serialize)]
struct SlipFields<'a> {
    /// `contactless`, `chip` or `magnetic_stripe`.
    entry_mode: Option<&'static str>,
    /// In hexadecimal, as the three below.
    aid: Option<String>,
    authorisation_code: Option<&'a str>,
    sequence_number: Option<u32>,
    tvr: Option<String>,
    tsi: Option<String>,
}

/// What the meter signed.
#[derive(Serialize)]
struct MeasurementFields<'a> {
    /// `ocmf`.
    format: &'static str,
    /// Character for character as the station sent them.
    packets: &'a [String],
    public_key: Option<&'a str>,
    /// Whether the signatures are right and the readings can be used.
    is_verified: bool,
    /// What the readings say was delivered, if they can be used.
    energy_wh: Option<u64>,
    /// Why they cannot: `too_large`, `no_key`, `unreadable_key`, `unsupported_curve`,
    /// `unreadable_packet`, `unsupported_algorithm`, `wrong_signature`, `no_beginning`, `no_end`,
    /// `other_meter`, `wrong_order` or `not_measured`.
    problem: Option<&'static str>,
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
        let session = subject::session(document);
        let (refund, buyer, payout) = match &document.subject {
            Subject::Session(_) => (None, None, None),
            Subject::Refund(refund) => (Some(RefundFields::of(refund)), None, None),
            Subject::Invoice(invoice) => (None, Some(BuyerFields::of(&invoice.buyer)), None),
            Subject::Payout(payout) => (None, None, Some(PayoutFields::of(payout))),
        };
        Self {
            version: VERSION,
            id: &document.id,
            number: document.number.as_deref(),
            kind: kind(&document.subject),
            nothing_taken_reason: session.nothing_taken.map(reason),
            issued_at: times.issued.for_machines(),
            card_shown_at: times.tapped.for_machines(),
            issuer: IssuerFields::of(&document.issuer),
            site: SiteFields::of(&document.site),
            evse: &session.evse,
            terminal: &session.terminal,
            session: &session.session,
            card: session.card.as_ref().map(CardFields::of),
            currency: &currency.code,
            currency_digits: currency.digits,
            held: session.held,
            captured: session.captured,
            released: session.released,
            captured_vat: vat_totals(&session.captured_vat),
            charging: charging(session, times),
            refund,
            buyer,
            payout,
            original: original(document, times),
            slip: document.slip.as_ref().map(SlipFields::of),
            tariff: document.tariff.as_deref(),
            measurement: document.measurement.as_ref().map(MeasurementFields::of),
            link: document.link.as_deref(),
            code: document.code.as_deref(),
        }
    }
}

fn kind(subject: &Subject) -> &'static str {
    match subject {
        Subject::Session(session) if session.nothing_taken.is_some() => "nothing_taken",
        Subject::Session(_) => "charge",
        Subject::Refund(_) => "refund",
        Subject::Invoice(_) => "invoice",
        Subject::Payout(_) => "payout",
    }
}

impl RefundFields {
    fn of(refund: &Refund) -> Self {
        Self {
            amount: refund.amount,
            refunded: refund.refunded,
            amount_vat: vat_totals(&refund.amount_vat),
            corrected: refund.corrected.as_ref().map(|it| CorrectedFields {
                energy_wh: it.energy,
                price: PriceFields::of(&it.cost),
            }),
        }
    }
}

impl<'a> BuyerFields<'a> {
    fn of(buyer: &'a Buyer) -> Self {
        Self {
            name: &buyer.name,
            address: &buyer.address,
            vat_number: &buyer.vat_number,
        }
    }
}

impl<'a> PayoutFields<'a> {
    fn of(payout: &'a Payout) -> Self {
        Self {
            payee: &payout.payee,
            statement: &payout.statement,
            fee: payout.fee,
            fee_vat: payout.fee_vat,
            paid_out: payout.paid_out,
        }
    }
}

fn original<'a>(document: &'a Document, times: &Times) -> Option<OriginalFields<'a>> {
    let original = document.original.as_ref()?;
    Some(OriginalFields {
        id: &original.id,
        number: original.number.as_deref(),
        issued_at: times.original.as_ref()?.for_machines(),
    })
}

impl<'a> SlipFields<'a> {
    fn of(slip: &'a Slip) -> Self {
        Self {
            entry_mode: slip.entry_mode.map(|mode| match mode {
                EntryMode::Contactless => "contactless",
                EntryMode::Chip => "chip",
                EntryMode::MagneticStripe => "magnetic_stripe",
            }),
            aid: slip.application.map(application),
            authorisation_code: slip.authorisation_code.as_deref(),
            sequence_number: slip.sequence_number,
            tvr: slip.tvr.map(|tvr| format!("{tvr:010X}")),
            tsi: slip.tsi.map(|tsi| format!("{tsi:04X}")),
        }
    }
}

impl<'a> MeasurementFields<'a> {
    fn of(measurement: &'a Measurement) -> Self {
        let (energy_wh, problem) = match measurement.verdict {
            MeasurementVerdict::Verified(energy) => (Some(energy), None),
            MeasurementVerdict::Refused(problem) => (None, Some(measurement_problem(problem))),
        };
        Self {
            format: "ocmf",
            packets: &measurement.packets,
            public_key: measurement.public_key.as_deref(),
            is_verified: problem.is_none(),
            energy_wh,
            problem,
        }
    }
}

fn measurement_problem(problem: MeasurementProblem) -> &'static str {
    match problem {
        MeasurementProblem::NoKey => "no_key",
        MeasurementProblem::UnreadableKey => "unreadable_key",
        MeasurementProblem::UnsupportedCurve => "unsupported_curve",
        MeasurementProblem::UnreadablePacket => "unreadable_packet",
        MeasurementProblem::UnsupportedAlgorithm => "unsupported_algorithm",
        MeasurementProblem::WrongSignature => "wrong_signature",
        MeasurementProblem::TooLarge => "too_large",
        MeasurementProblem::NoBeginning => "no_beginning",
        MeasurementProblem::NoEnd => "no_end",
        MeasurementProblem::OtherMeter => "other_meter",
        MeasurementProblem::WrongOrder => "wrong_order",
        MeasurementProblem::NotMeasured => "not_measured",
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

fn charging(session: &Summary, times: &Times) -> Option<ChargingFields> {
    let charging = session.charging.as_ref()?;
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
            vat_totals: vat_totals(&cost.vat_totals),
        }
    }
}

fn vat_totals(totals: &[VatTotal]) -> Vec<VatTotalFields> {
    let fields = totals.iter().map(|total| VatTotalFields {
        vat_rate_basis_points: total.vat_rate,
        adjustment_milli_minor: total.adjustment,
        net: total.net,
        vat: total.vat,
        gross: total.gross,
    });
    fields.collect()
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
