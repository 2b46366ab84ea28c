//! Whether a document agrees with itself. A receipt that contradicts itself is worse than none.

use chargetap_contract::money::{Price, PriceLine, VatTotal};
use chargetap_contract::receipt::{Document, Problem, Summary};

/// The longest id: it is part of a link, and the link has to fit a small QR code.
const MAX_ID: usize = 50;

/// The first contradiction, if there is any.
pub(crate) fn consistent(document: &Document) -> Result<(), Problem> {
    let summary = &document.summary;
    let charging = summary.charging.as_ref();
    let rules = [
        (
            is_id(&document.id),
            "the id is not 1 to 50 letters, digits, underscores and hyphens",
        ),
        (
            summary.captured.checked_add(summary.released) == Some(summary.held),
            "captured and released do not add up to held",
        ),
        (
            summary.nothing_taken.is_some() == (summary.captured == 0),
            "there is a reason for taking nothing although something was captured, or none although \
             nothing was",
        ),
        (
            is_no_more_than_the_price(summary),
            "more was captured than the price or the hold",
        ),
        (
            charging.is_none_or(|charging| adds_up(&charging.cost)),
            "net and VAT do not add up to gross",
        ),
        (
            charging.is_none_or(|charging| is_explained(&charging.cost)),
            "the lines do not add up to the totals",
        ),
        (
            charging.is_none_or(|charging| charging.started_at <= charging.ended_at),
            "charging ends before it starts",
        ),
        (
            has_four_digits(summary),
            "the last four digits of the card are more than four",
        ),
    ];
    match rules.into_iter().find(|(holds, _)| !holds) {
        None => Ok(()),
        Some((_, contradiction)) => Err(Problem::Inconsistent(contradiction.to_owned())),
    }
}

fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// A price above the hold is captured as far as the hold goes, and a provider may take less than it
/// was asked for.
fn is_no_more_than_the_price(summary: &Summary) -> bool {
    let gross = summary.charging.as_ref().map_or(0, |it| it.cost.gross);
    summary.captured <= gross.min(summary.held)
}

/// Net and VAT are gross, in all and for each rate, and the rates make up the whole.
fn adds_up(cost: &Price) -> bool {
    let sum = |of: fn(&VatTotal) -> u64| cost.vat_totals.iter().try_fold(0, add(of));
    let each = |total: &VatTotal| total.net.checked_add(total.vat) == Some(total.gross);
    cost.net.checked_add(cost.vat) == Some(cost.gross)
        && cost.vat_totals.iter().all(each)
        && sum(|it| it.net) == Some(cost.net)
        && sum(|it| it.vat) == Some(cost.vat)
}

fn add(of: fn(&VatTotal) -> u64) -> impl Fn(u64, &VatTotal) -> Option<u64> {
    move |sum, total| sum.checked_add(of(total))
}

/// A thousandth of the minor unit, as amounts with VAT are compared: so many parts.
const THOUSANDTH: i128 = 10_000;
const MINOR_UNIT: i128 = 1_000 * THOUSANDTH;

/// Lines and adjustments come to the totals, but for the rounding of each and of the whole.
fn is_explained(cost: &Price) -> bool {
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
            // What a rate adds to a rounded sum is the difference of two roundings.
            .all(|total| missing(total).abs() <= MINOR_UNIT.saturating_add(rounding))
}

/// What the lines and the adjustment of a rate come to with VAT.
fn explained(cost: &Price, total: &VatTotal) -> i128 {
    let lines = cost.lines.iter().filter(|it| it.vat_rate == total.vat_rate);
    let lines: i128 = lines.map(|line| i128::from(line.amount)).sum();
    let vat = match total.vat_rate {
        Some(rate) if !cost.tax_included => i128::from(rate),
        _ => 0,
    };
    (lines + i128::from(total.adjustment)) * (THOUSANDTH + vat)
}

fn has_four_digits(summary: &Summary) -> bool {
    let digits = summary.card.as_ref().and_then(|card| card.last_four);
    digits.is_none_or(|digits| digits <= 9999)
}
