//! The price of a usage: net, VAT and gross.
//!
//! The rounding rule:
//!
//! 1. The exact price is rounded half up once, to the minor unit: that is gross.
//! 2. Where there are several VAT rates, the exact sum up to each rate, from the lowest, is rounded so, and each
//!    rate's gross is what it adds.
//! 3. VAT is taken out of each rate's gross and rounded half up. Net is the rest.
//!
//! So net plus VAT is gross, and gross, up to the hold, is what is captured. Lines explain the price to a
//! thousandth of the minor unit; the price is not computed from them.

use chargetap_contract::money::{Dimension, Price, PriceLimit, PriceLine, Tariff, VatTotal};

use super::usage::{Usage, Used};

/// Exact amounts are integers in these parts of a thousandth of the minor unit. An hour has as many
/// milliseconds, so the price of a millisecond or a watt-hour is an integer.
const PARTS: u128 = 3_600_000;
const PARTS_PER_MINOR: u128 = 1_000 * PARTS;
/// A VAT rate of 100 %. Exact net and gross amounts are divided into as many parts again.
const WHOLE: u128 = 10_000;

/// The price of a usage.
pub(crate) fn price(tariff: &Tariff, usage: &Usage) -> Price {
    let mut bill = Bill {
        tax_included: tariff.tax_included,
        lines: Vec::new(),
        shares: Vec::new(),
    };
    for used in usage.billed(tariff) {
        bill.add(tariff, &used);
    }
    if let Some(limit) = tariff.min_price.as_ref().filter(|_| usage.is_charging()) {
        bill.raise_to(limit);
    }
    if let Some(limit) = &tariff.max_price {
        bill.lower_to(limit);
    }
    bill.total()
}

/// A price in the making.
struct Bill {
    tax_included: bool,
    lines: Vec<PriceLine>,
    /// By VAT rate, the lowest first.
    shares: Vec<Share>,
}

/// The part of the price that has one VAT rate.
struct Share {
    vat_rate: Option<u32>,
    /// The exact sum of the lines, in parts.
    lines: u128,
    /// The same after the minimum and maximum price.
    limited: u128,
}

impl Share {
    /// 100 % and the rate.
    fn with_vat(&self) -> u128 {
        WHOLE + u128::from(self.vat_rate.unwrap_or_default())
    }
}

impl Bill {
    fn add(&mut self, tariff: &Tariff, used: &Used) {
        let Some(component) = used.component(tariff) else {
            return;
        };
        let exact = exact(used, component.price);
        let vat_rate = component.vat_rate;
        match self.shares.iter_mut().find(|it| it.vat_rate == vat_rate) {
            Some(share) => {
                share.lines = share.lines.saturating_add(exact);
                share.limited = share.lines;
            }
            None => {
                let position = self.shares.partition_point(|it| it.vat_rate < vat_rate);
                let share = Share {
                    vat_rate,
                    lines: exact,
                    limited: exact,
                };
                self.shares.insert(position, share);
            }
        }
        if exact > 0 {
            self.lines.push(PriceLine {
                dimension: used.dimension,
                quantity: used.quantity,
                unit_price: component.price,
                vat_rate,
                amount: rounded(exact, PARTS),
            });
        }
    }

    fn net(&self, share: &Share) -> u128 {
        let scaled = share.limited.saturating_mul(WHOLE);
        if self.tax_included {
            scaled.saturating_mul(WHOLE) / share.with_vat()
        } else {
            scaled
        }
    }

    fn gross(&self, share: &Share) -> u128 {
        let factor = if self.tax_included {
            WHOLE
        } else {
            share.with_vat()
        };
        share.limited.saturating_mul(factor)
    }

    fn sums(&self) -> (u128, u128) {
        self.shares.iter().fold((0, 0), |(net, gross), share| {
            (
                net.saturating_add(self.net(share)),
                gross.saturating_add(self.gross(share)),
            )
        })
    }

    /// By how much a share must change so that its net and its gross change by at least these.
    fn change(&self, share: &Share, net: u128, gross: u128) -> u128 {
        let (by_net, by_gross) = if self.tax_included {
            let net = net.saturating_mul(share.with_vat()).div_ceil(WHOLE);
            (net.div_ceil(WHOLE), gross.div_ceil(WHOLE))
        } else {
            (net.div_ceil(WHOLE), gross.div_ceil(share.with_vat()))
        };
        by_net.max(by_gross)
    }

    fn raise_to(&mut self, limit: &PriceLimit) {
        let (net, gross) = self.sums();
        let missing = |limit: Option<u64>, sum| limit.map_or(0, exact_limit).saturating_sub(sum);
        let costs = self.shares.iter().position(|it| it.limited > 0);
        let lowest = costs.unwrap_or_default();
        let added = self.shares.get(lowest).map_or(0, |share| {
            self.change(share, missing(limit.net, net), missing(limit.gross, gross))
        });
        if let Some(share) = self.shares.get_mut(lowest) {
            share.limited = share.limited.saturating_add(added);
        }
    }

    fn lower_to(&mut self, limit: &PriceLimit) {
        let excess = |limit: Option<u64>, sum: u128| {
            limit.map_or(0, |limit| sum.saturating_sub(exact_limit(limit)))
        };
        for index in (0..self.shares.len()).rev() {
            let (net, gross) = self.sums();
            let taken = self.shares.get(index).map_or(0, |share| {
                self.change(share, excess(limit.net, net), excess(limit.gross, gross))
            });
            if let Some(share) = self.shares.get_mut(index) {
                share.limited = share.limited.saturating_sub(taken);
            }
        }
    }

    fn total(self) -> Price {
        let mut exact: u128 = 0;
        let mut price = Price {
            net: 0,
            vat: 0,
            gross: 0,
            tax_included: self.tax_included,
            lines: Vec::new(),
            vat_totals: Vec::new(),
        };
        for share in &self.shares {
            exact = exact.saturating_add(self.gross(share));
            let sum = rounded(exact, PARTS_PER_MINOR * WHOLE);
            let gross = sum - price.gross;
            let total = VatTotal {
                adjustment: adjustment(share),
                ..taxed(share.vat_rate, gross)
            };
            price.gross = sum;
            price.vat += total.vat;
            price.net += total.net;
            if share.lines > 0 || share.limited > 0 {
                price.vat_totals.push(total);
            }
        }
        price.lines = self.lines;
        price
    }
}

/// A gross amount with the VAT taken out of it.
pub(super) fn taxed(vat_rate: Option<u32>, gross: u64) -> VatTotal {
    let rate = u128::from(vat_rate.unwrap_or_default());
    // VAT is a fraction of gross below one, so it fits and never exceeds it.
    let vat = rounded(u128::from(gross) * rate, WHOLE + rate).min(gross);
    VatTotal {
        vat_rate,
        adjustment: 0,
        net: gross - vat,
        vat,
        gross,
    }
}

fn adjustment(share: &Share) -> i64 {
    let size = rounded(share.limited.abs_diff(share.lines), PARTS);
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    if share.limited < share.lines {
        -size
    } else {
        size
    }
}

fn exact(used: &Used, price: u64) -> u128 {
    let parts = match used.dimension {
        Dimension::Energy => PARTS / 1_000,
        Dimension::Time | Dimension::ParkingTime => 1,
        Dimension::Flat => PARTS,
    };
    (u128::from(used.quantity) * u128::from(price)).saturating_mul(parts)
}

/// A limit in the parts of exact net and gross amounts.
fn exact_limit(limit: u64) -> u128 {
    u128::from(limit) * (PARTS_PER_MINOR * WHOLE)
}

/// The quotient, rounded half up, and at most `u64::MAX`.
pub(super) fn rounded(dividend: u128, divisor: u128) -> u64 {
    let up = u128::from(dividend % divisor >= divisor.div_ceil(2));
    u64::try_from((dividend / divisor).saturating_add(up)).unwrap_or(u64::MAX)
}
