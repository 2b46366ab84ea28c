//! A second implementation of the contract's rounding rule, with integers and without code of the
//! generator: every amount is a multiple of [`UNIT`] parts of the minor unit.

use chargetap_contract::money::{Dimension, Price, PriceLine, VatTotal};

/// A minor unit in parts that thousandths, hours in milliseconds and hundredths of a percent share.
const UNIT: u128 = 1_000 * MS_PER_HOUR * WHOLE;

const MS_PER_HOUR: u128 = 3_600_000;

/// 100 % in hundredths of a percent.
const WHOLE: u128 = 10_000;

/// What is priced, before it is.
#[derive(Clone, Debug)]
pub(super) struct Used {
    pub(super) dimension: Dimension,
    pub(super) vat_rate: Option<u32>,
    pub(super) quantity: u64,
    pub(super) unit_price: u64,
}

/// Half up.
pub(super) fn rounded(amount: u128, unit: u128) -> u128 {
    let rest = amount % unit;
    amount / unit + u128::from(rest * 2 >= unit)
}

fn narrow(amount: u128) -> u64 {
    u64::try_from(amount).unwrap()
}

fn with_vat(rate: Option<u32>) -> u128 {
    WHOLE + u128::from(rate.unwrap_or(0))
}

/// How many of a quantity the unit price is for.
fn per(dimension: Dimension) -> u128 {
    match dimension {
        Dimension::Energy => 1_000,
        Dimension::Time | Dimension::ParkingTime => MS_PER_HOUR,
        Dimension::Flat => 1,
    }
}

/// The price of what was used, and what a minimum adds to its lowest rate or a maximum takes off it,
/// in thousandths of the minor unit.
pub(super) fn price(used: &[Used], tax_included: bool, adjustment: i64) -> Price {
    let mut rates: Vec<_> = used.iter().map(|it| it.vat_rate).collect();
    rates.sort();
    rates.dedup();
    let (mut exact, mut given) = (0, 0);
    let mut vat_totals = vec![];
    for (place, rate) in rates.into_iter().enumerate() {
        let adjustment = if place == 0 { adjustment } else { 0 };
        let tax = if tax_included { WHOLE } else { with_vat(rate) };
        let lines = used.iter().filter(|it| it.vat_rate == rate);
        let lines: u128 = lines
            .map(|it| {
                let product = u128::from(it.quantity) * u128::from(it.unit_price);
                product * MS_PER_HOUR / per(it.dimension)
            })
            .sum();
        let adjusted = lines
            .checked_add_signed(i128::from(adjustment) * MS_PER_HOUR as i128)
            .unwrap();
        exact += adjusted * tax;
        let gross = narrow(rounded(exact, UNIT)) - given;
        given += gross;
        vat_totals.push(VatTotal {
            adjustment,
            ..taxed(rate, gross)
        });
    }
    Price {
        net: vat_totals.iter().map(|it| it.net).sum(),
        vat: vat_totals.iter().map(|it| it.vat).sum(),
        gross: given,
        tax_included,
        lines: used.iter().map(line).collect(),
        vat_totals,
    }
}

fn line(used: &Used) -> PriceLine {
    let product = u128::from(used.quantity) * u128::from(used.unit_price);
    PriceLine {
        dimension: used.dimension,
        quantity: used.quantity,
        unit_price: used.unit_price,
        vat_rate: used.vat_rate,
        amount: narrow(rounded(product, per(used.dimension))),
    }
}

/// A gross amount with the VAT that is in it.
fn taxed(vat_rate: Option<u32>, gross: u64) -> VatTotal {
    let rate = u128::from(vat_rate.unwrap_or(0));
    let vat = narrow(rounded(u128::from(gross) * rate, with_vat(vat_rate)));
    VatTotal {
        vat_rate,
        adjustment: 0,
        net: gross - vat,
        vat,
        gross,
    }
}

/// So much of a price, of which each rate takes its proportion of what is left. So no rate's share
/// grows while the amount becomes less.
pub(super) fn share(price: &Price, amount: u64) -> Vec<VatTotal> {
    let (mut whole, mut left) = (u128::from(price.gross), amount);
    let mut shares = vec![];
    for total in &price.vat_totals {
        let of = u128::from(total.gross);
        let gross = narrow(rounded(u128::from(left) * of, whole.max(1)));
        shares.push(taxed(total.vat_rate, gross));
        (whole, left) = (whole - of, left - gross);
    }
    shares
}
