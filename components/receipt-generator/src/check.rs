//! Whether a document agrees with itself. A receipt that contradicts itself is worse than none.

use chargetap_contract::receipt::{Charging, Document, Problem, Summary};

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
            charging.is_none_or(price_adds_up),
            "net and VAT do not add up to gross",
        ),
        (
            charging.is_none_or(|charging| charging.tariff.currency == summary.currency),
            "the tariff is in another currency than the amounts",
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

fn price_adds_up(charging: &Charging) -> bool {
    let cost = &charging.cost;
    cost.net.checked_add(cost.vat) == Some(cost.gross)
}

fn has_four_digits(summary: &Summary) -> bool {
    let digits = summary.card.as_ref().and_then(|card| card.last_four);
    digits.is_none_or(|digits| digits <= 9999)
}
