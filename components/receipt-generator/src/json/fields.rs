//! The parts of a receipt that are objects in its JSON.

use chargetap_contract::{
    receipt::{
        Buyer, Document, Issuer, Measurement, MeasurementVerdict, Payout, Refund, Site, Slip,
    },
    terminal::Card,
};
use serde::Serialize;

use super::{
    names,
    price::{ChargingFields, VatShareFields, vat_shares},
};
use crate::{application_id, time::Times};

#[derive(Serialize)]
pub(super) struct IssuerFields<'a> {
    name: &'a str,
    address: &'a str,
    vat_number: &'a str,
    contact: &'a str,
}

#[derive(Serialize)]
pub(super) struct SiteFields<'a> {
    name: &'a str,
    address: &'a str,
    time_zone: &'a str,
}

#[derive(Serialize)]
pub(super) struct CardFields {
    /// `visa`, `mastercard`, `maestro`, `amex`, `discover`, `jcb`, `unionpay`, `girocard` or
    /// `unknown`.
    scheme: &'static str,
    /// Four digits, as a text.
    last_four: Option<String>,
}

/// What was given back.
#[derive(Serialize)]
pub(super) struct RefundFields {
    amount: u64,
    /// With what was given back before.
    refunded: u64,
    amount_vat: Vec<VatShareFields>,
    /// What the station reported after the session was settled, and what it costs.
    corrected: Option<ChargingFields>,
}

#[derive(Serialize)]
pub(super) struct BuyerFields<'a> {
    name: &'a str,
    address: &'a str,
    vat_number: &'a str,
}

/// `fee` plus `paid_out` is what was captured.
#[derive(Serialize)]
pub(super) struct PayoutFields<'a> {
    payee: &'a str,
    statement: &'a str,
    fee: u64,
    fee_vat: u64,
    paid_out: u64,
}

#[derive(Serialize)]
pub(super) struct OriginalFields<'a> {
    id: &'a str,
    number: Option<&'a str>,
    issued_at: String,
}

#[derive(Serialize)]
pub(super) struct SlipFields<'a> {
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
pub(super) struct MeasurementFields<'a> {
    /// `ocmf`.
    format: &'static str,
    /// Unchanged, as the station sent them.
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

impl RefundFields {
    pub(super) fn of(refund: &Refund, times: &Times) -> Self {
        let corrected = refund.corrected.as_ref().zip(times.corrected.as_ref());
        Self {
            amount: refund.amount,
            refunded: refund.refunded,
            amount_vat: vat_shares(&refund.amount_vat),
            corrected: corrected.map(|(it, times)| ChargingFields::of(it, times)),
        }
    }
}

impl<'a> BuyerFields<'a> {
    pub(super) fn of(buyer: &'a Buyer) -> Self {
        Self {
            name: &buyer.name,
            address: &buyer.address,
            vat_number: &buyer.vat_number,
        }
    }
}

impl<'a> PayoutFields<'a> {
    pub(super) fn of(payout: &'a Payout) -> Self {
        Self {
            payee: &payout.payee,
            statement: &payout.statement,
            fee: payout.fee,
            fee_vat: payout.fee_vat,
            paid_out: payout.paid_out,
        }
    }
}

impl<'a> SlipFields<'a> {
    pub(super) fn of(slip: &'a Slip) -> Self {
        Self {
            entry_mode: slip.entry_mode.map(names::entry_mode),
            aid: slip.application.map(application_id::hexadecimal),
            authorisation_code: slip.authorisation_code.as_deref(),
            sequence_number: slip.sequence_number,
            tvr: slip.tvr.map(|tvr| format!("{tvr:010X}")),
            tsi: slip.tsi.map(|tsi| format!("{tsi:04X}")),
        }
    }
}

impl<'a> MeasurementFields<'a> {
    pub(super) fn of(measurement: &'a Measurement) -> Self {
        let (energy_wh, problem) = match measurement.verdict {
            MeasurementVerdict::Verified(energy) => (Some(energy), None),
            MeasurementVerdict::Refused(problem) => {
                (None, Some(names::measurement_problem(problem)))
            }
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

impl<'a> IssuerFields<'a> {
    pub(super) fn of(issuer: &'a Issuer) -> Self {
        Self {
            name: &issuer.name,
            address: &issuer.address,
            vat_number: &issuer.vat_number,
            contact: &issuer.contact,
        }
    }
}

impl<'a> SiteFields<'a> {
    pub(super) fn of(site: &'a Site) -> Self {
        Self {
            name: &site.name,
            address: &site.address,
            time_zone: &site.time_zone,
        }
    }
}

impl CardFields {
    pub(super) fn of(card: &Card) -> Self {
        Self {
            scheme: names::scheme(card.scheme),
            last_four: card.last_four.map(|digits| format!("{digits:04}")),
        }
    }
}

pub(super) fn original<'a>(document: &'a Document, times: &Times) -> Option<OriginalFields<'a>> {
    let original = document.original.as_ref()?;
    Some(OriginalFields {
        id: &original.id,
        number: original.number.as_deref(),
        issued_at: times.original.as_ref()?.for_machines(),
    })
}
