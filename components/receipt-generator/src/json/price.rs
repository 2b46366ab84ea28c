//! The charging, its price, and VAT by rate.

use chargetap_contract::{
    money::{Price, PriceLine, VatTotal},
    receipt::Charging,
};
use serde::Serialize;

use super::names;
use crate::time::Moment;

#[derive(Serialize)]
pub(super) struct ChargingFields {
    started_at: String,
    ended_at: String,
    duration_ms: u64,
    energy_wh: u64,
    price: PriceFields,
}

/// `net` plus `vat` is `gross`, for the total and for each rate.
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
    /// Hundredths of a percent; `null` without VAT.
    vat_rate_basis_points: Option<u32>,
    /// In thousandths of the minor unit.
    amount_milli_minor: u64,
}

#[derive(Serialize)]
struct VatTotalFields {
    /// Hundredths of a percent; `null` without VAT.
    vat_rate_basis_points: Option<u32>,
    /// What the minimum price adds or, if negative, the maximum price takes off, in thousandths of the
    /// minor unit.
    adjustment_milli_minor: i64,
    net: u64,
    vat: u64,
    gross: u64,
}

/// A part of an amount that has one VAT rate.
#[derive(Serialize)]
pub(super) struct VatShareFields {
    /// Hundredths of a percent; `null` without VAT.
    vat_rate_basis_points: Option<u32>,
    net: u64,
    vat: u64,
    gross: u64,
}

impl ChargingFields {
    pub(super) fn of(charging: &Charging, (start, end): &(Moment, Moment)) -> Self {
        Self {
            started_at: start.for_machines(),
            ended_at: end.for_machines(),
            duration_ms: charging.ended_at.saturating_sub(charging.started_at),
            energy_wh: charging.energy,
            price: PriceFields::of(&charging.cost),
        }
    }
}

impl PriceFields {
    fn of(cost: &Price) -> Self {
        Self {
            net: cost.net,
            vat: cost.vat,
            gross: cost.gross,
            tax_included: cost.tax_included,
            lines: cost.lines.iter().map(LineFields::of).collect(),
            vat_totals: cost.vat_totals.iter().map(VatTotalFields::of).collect(),
        }
    }
}

impl LineFields {
    fn of(line: &PriceLine) -> Self {
        Self {
            dimension: names::dimension(line.dimension),
            quantity: line.quantity,
            unit_price_milli_minor: line.unit_price,
            vat_rate_basis_points: line.vat_rate,
            amount_milli_minor: line.amount,
        }
    }
}

impl VatTotalFields {
    fn of(total: &VatTotal) -> Self {
        Self {
            vat_rate_basis_points: total.vat_rate,
            adjustment_milli_minor: total.adjustment,
            net: total.net,
            vat: total.vat,
            gross: total.gross,
        }
    }
}

pub(super) fn vat_shares(totals: &[VatTotal]) -> Vec<VatShareFields> {
    let fields = totals.iter().map(|total| VatShareFields {
        vat_rate_basis_points: total.vat_rate,
        net: total.net,
        vat: total.vat,
        gross: total.gross,
    });
    fields.collect()
}
