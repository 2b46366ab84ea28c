//! Checks that a price does not contradict itself.

use chargetap_contract::money::{Price, PriceLine, VatTotal};

/// Net plus VAT is gross, for the total and for each rate, and the rates add up to the total.
pub(super) fn adds_up(cost: &Price) -> bool {
    cost.net.checked_add(cost.vat) == Some(cost.gross)
        && is_shared(cost.gross, &cost.vat_totals)
        && sum(&cost.vat_totals, |it| it.net) == Some(cost.net)
}

/// The rates add up to the amount, and net plus VAT of each is its gross.
pub(super) fn is_shared(amount: u64, totals: &[VatTotal]) -> bool {
    totals
        .iter()
        .all(|total| total.net.checked_add(total.vat) == Some(total.gross))
        && sum(totals, |it| it.gross) == Some(amount)
}

/// VAT is the rate's part of the gross amount, rounded half up. The difference of two such amounts
/// may be off by a minor unit.
pub(super) fn has_vat_of_rates(totals: &[VatTotal]) -> bool {
    totals.iter().all(|total| match total.vat_rate {
        None => total.vat == 0,
        Some(rate) => {
            let (rate, gross) = (u128::from(rate), u128::from(total.gross));
            let whole = WHOLE + rate;
            let vat = (gross * rate + whole / 2) / whole;
            vat.abs_diff(total.vat.into()) <= 1
        }
    })
}

/// Each rate has the same amounts. A rate with an amount of 0 may be left out.
pub(super) fn are_same(totals: &[VatTotal], others: &[VatTotal]) -> bool {
    is_part(totals, others) && is_part(others, totals)
}

/// No rate has a larger amount than in the whole.
pub(super) fn is_part(totals: &[VatTotal], whole: &[VatTotal]) -> bool {
    totals.iter().filter(|it| it.gross > 0).all(|total| {
        let of_rate = whole.iter().find(|it| it.vat_rate == total.vat_rate);
        of_rate.is_some_and(|it| total.net <= it.net && total.vat <= it.vat)
    })
}

/// 100 % in hundredths of a percent.
const WHOLE: u128 = 10_000;

fn sum(totals: &[VatTotal], of: fn(&VatTotal) -> u64) -> Option<u64> {
    totals
        .iter()
        .try_fold(0, |sum: u64, it| sum.checked_add(of(it)))
}

/// The parts of a thousandth of the minor unit in which amounts with VAT are compared.
const THOUSANDTH: i128 = 10_000;
const MINOR_UNIT: i128 = 1_000 * THOUSANDTH;

/// Lines and adjustments add up to the totals, except for the rounding of each and of the whole.
pub(super) fn is_explained(cost: &Price) -> bool {
    let has_total = |line: &PriceLine| {
        cost.vat_totals
            .iter()
            .any(|it| it.vat_rate == line.vat_rate)
    };
    let amounts = i128::try_from(cost.lines.len() + cost.vat_totals.len()).unwrap_or(i128::MAX);
    let rounding = amounts.saturating_mul(THOUSANDTH);
    let missing = |total: &VatTotal| explained(cost, total) - i128::from(total.gross) * MINOR_UNIT;
    let in_all: i128 = cost.vat_totals.iter().map(missing).sum();
    cost.lines.iter().all(has_total)
        && in_all.abs() <= (MINOR_UNIT / 2).saturating_add(rounding)
        && cost
            .vat_totals
            .iter()
            // The amount of a rate is the difference of two rounded sums, so it may be off by one.
            .all(|total| missing(total).abs() <= MINOR_UNIT.saturating_add(rounding))
}

/// The sum of a rate's lines and adjustment, with VAT.
fn explained(cost: &Price, total: &VatTotal) -> i128 {
    let lines = cost.lines.iter().filter(|it| it.vat_rate == total.vat_rate);
    let lines: i128 = lines.map(|line| i128::from(line.amount)).sum();
    let vat = match total.vat_rate {
        Some(rate) if !cost.tax_included => i128::from(rate),
        _ => 0,
    };
    (lines + i128::from(total.adjustment)) * (THOUSANDTH + vat)
}
