//! Checks that a document does not contradict itself.
//!
//! A document whose figures contradict each other is refused.

mod price;

use chargetap_contract::receipt::{
    Buyer, Charging, Document, Invoice, Issuer, Payout, Problem, Refund, Slip, Subject, Summary,
};

use crate::subject;

/// The longest id: it is part of a link that has to fit a small QR code.
const MAX_ID: usize = 50;

/// The longest name and address of a buyer, in characters. Anybody with the link can enter them.
const MAX_NAME: usize = 200;
const MAX_ADDRESS: usize = 300;

/// The length of a receipt's code.
const CODE: usize = 8;

/// Whether a rule holds, and what is wrong if not.
type Rule = (bool, &'static str);

/// Fails with the first contradiction.
pub(crate) fn consistent(document: &Document) -> Result<(), Problem> {
    let rules = names(document)
        .into_iter()
        .chain(session(subject::session(document)))
        .chain([refunded_since(document)])
        .chain(document.slip.iter().flat_map(slip))
        .chain(
            subject::buyer(&document.subject)
                .into_iter()
                .flat_map(buyer),
        )
        .chain(match &document.subject {
            Subject::Session(_) => vec![],
            Subject::Refund(it) => refund(it, document),
            Subject::Invoice(it) => invoice(it, document),
            Subject::Payout(it) => payout(it),
        });
    match rules.into_iter().find(|(holds, _)| !holds) {
        None => Ok(()),
        Some((_, contradiction)) => Err(Problem::Inconsistent(contradiction.to_owned())),
    }
}

fn names(document: &Document) -> [Rule; 3] {
    let is_code = |code: &String| code.len() == CODE && is_alphanumeric(code);
    let is_web = |link: &String| link.starts_with("https://") || link.starts_with("http://");
    [
        (
            is_id(&document.id),
            "the id is not 1 to 50 letters, digits, underscores and hyphens",
        ),
        (
            document.code.as_ref().is_none_or(is_code),
            "the code is not 8 letters and digits",
        ),
        (
            document.link.as_ref().is_none_or(is_web),
            "the link does not begin with https:// or http://",
        ),
    ]
}

fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn is_alphanumeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn session(session: &Summary) -> [Rule; 11] {
    let charging = session.charging.as_ref();
    let captured_vat = &session.captured_vat;
    [
        (
            session.captured.checked_add(session.released) == Some(session.held),
            "captured and released do not add up to held",
        ),
        (
            session.nothing_taken.is_some() == (session.captured == 0),
            "there is a reason for taking nothing although something was captured, or none although \
             nothing was",
        ),
        (
            session
                .prices
                .as_ref()
                .is_none_or(|it| it.currency == session.currency),
            "the prices are in another currency than the amounts",
        ),
        (
            is_no_more_than_the_price(session),
            "more was captured than the price or the hold",
        ),
        (
            charging.is_none_or(|charging| price::adds_up(&charging.cost)),
            "net and VAT do not add up to gross",
        ),
        (
            charging.is_none_or(|charging| price::is_explained(&charging.cost)),
            "the lines do not add up to the totals",
        ),
        (
            // Old documents do not have it.
            captured_vat.is_empty() || price::is_shared(session.captured, captured_vat),
            "net and VAT of what was captured do not add up to it",
        ),
        (
            charging.is_none_or(|charging| price::has_vat_of_rates(&charging.cost.vat_totals))
                && price::has_vat_of_rates(captured_vat),
            "the VAT of a rate is not what the rate makes of it",
        ),
        (
            captured_vat.is_empty()
                || charging.is_none_or(|charging| {
                    charging.cost.gross != session.captured
                        || price::are_same(&charging.cost.vat_totals, captured_vat)
                }),
            "the whole price was captured, but not by its VAT rates",
        ),
        (
            charging.is_none_or(is_in_order),
            "charging ends before it starts",
        ),
        (
            has_four_digits(session),
            "the last four digits of the card are more than four",
        ),
    ]
}

fn is_in_order(charging: &Charging) -> bool {
    charging.started_at <= charging.ended_at
}

/// A price above the hold is captured as far as the hold goes, and a provider may capture less than
/// that.
fn is_no_more_than_the_price(session: &Summary) -> bool {
    let gross = session.charging.as_ref().map_or(0, |it| it.cost.gross);
    session.captured <= gross.min(session.held)
}

fn has_four_digits(session: &Summary) -> bool {
    let digits = session.card.as_ref().and_then(|card| card.last_four);
    digits.is_none_or(|digits| digits <= 9999)
}

/// A value that does not have its form could be something that must not be on a receipt, such as a
/// card number.
fn slip(slip: &Slip) -> [Rule; 3] {
    let fits = |value: u64, bytes: u32| bytes <= 5 && value >> (8 * bytes) == 0;
    let is_code = |code: &String| (1..=6).contains(&code.len()) && is_alphanumeric(code);
    [
        (
            slip.application
                .is_none_or(|id| fits(id.rid, 5) && fits(id.pix, id.pix_bytes.into())),
            "the AID is longer than its parts can be",
        ),
        (
            slip.authorisation_code.as_ref().is_none_or(is_code),
            "the authorisation code is not 1 to 6 letters and digits",
        ),
        (
            slip.tvr.is_none_or(|tvr| fits(tvr, 5)),
            "the TVR is more than five bytes",
        ),
    ]
}

fn refunded_since(document: &Document) -> Rule {
    let captured = subject::session(document).captured;
    let is_possible = |refunded: u64| (1..=captured).contains(&refunded);
    (
        document.refunded.is_none_or(is_possible),
        "nothing was refunded since, or more than was captured",
    )
}

fn refund(refund: &Refund, document: &Document) -> Vec<Rule> {
    let corrected = refund.corrected.as_ref();
    vec![
        refers_to_original(document),
        (
            0 < refund.amount
                && refund.amount <= refund.refunded
                && refund.refunded <= refund.session.captured,
            "nothing was refunded, or more than was captured",
        ),
        (
            price::is_shared(refund.amount, &refund.amount_vat),
            "net and VAT of the refund do not add up to it",
        ),
        (
            price::has_vat_of_rates(&refund.amount_vat),
            "the VAT of a refunded rate is not what the rate makes of it",
        ),
        (
            refund.session.captured_vat.is_empty()
                || price::is_part(&refund.amount_vat, &refund.session.captured_vat),
            "more was refunded of a VAT rate than was captured",
        ),
        (
            corrected.is_none_or(|it| {
                is_in_order(it)
                    && price::adds_up(&it.cost)
                    && price::is_explained(&it.cost)
                    && price::has_vat_of_rates(&it.cost.vat_totals)
            }),
            "the corrected price does not add up",
        ),
    ]
}

fn invoice(invoice: &Invoice, document: &Document) -> Vec<Rule> {
    let Issuer {
        name,
        address,
        vat_number,
        ..
    } = &document.issuer;
    vec![
        refers_to_original(document),
        (
            invoice.session.captured > 0,
            "there is no invoice for nothing",
        ),
        (
            !name.is_empty() && !address.is_empty() && vat_number::is_valid(vat_number),
            "the invoice's issuer has no name, no address or no VAT number",
        ),
    ]
}

fn buyer(buyer: &Buyer) -> [Rule; 3] {
    let Buyer {
        name,
        address,
        vat_number,
    } = buyer;
    [
        (
            !name.is_empty() && !address.is_empty(),
            "the buyer has no name or no address",
        ),
        (
            name.chars().count() <= MAX_NAME && address.chars().count() <= MAX_ADDRESS,
            "the buyer's name or address is too long",
        ),
        (
            vat_number::is_valid(vat_number),
            "the buyer's VAT number is not one",
        ),
    ]
}

fn refers_to_original(document: &Document) -> Rule {
    (
        document.original.is_some(),
        "there is no receipt that it refers to",
    )
}

fn payout(payout: &Payout) -> Vec<Rule> {
    vec![
        (
            payout.fee.checked_add(payout.paid_out) == Some(payout.session.captured),
            "fee and payout do not add up to captured",
        ),
        (
            payout.fee_vat <= payout.fee,
            "the VAT in the fee is more than the fee",
        ),
    ]
}
