//! Finding a receipt whose link was lost: by the code that the terminal showed, or by terminal, date,
//! amount and the last four digits of the card.
//!
//! Guessing is slowed down twice: for each source, as far as this instance knows it, and for all
//! together, as the store counts them. Where nothing was taken there is no amount to know, so such a
//! receipt is found by its code only.

use std::collections::BTreeMap;

use chargetap_contract::receipt::{Document, Page};
use chargetap_fleet::tariff::amounts::decimals;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::pages::{form, unavailable};
use super::subject::session;
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::http::{BODY_LIMIT, Method, Request, Response};
use crate::local_time;
use crate::platform::Platform;
use crate::store;

/// How many searches of all sources together are allowed in a minute.
const SEARCHES_A_MINUTE: u64 = 60;
const MINUTE: u64 = 60_000;

/// How many decimals there are in currencies.
const DECIMALS: [u32; 3] = [0, 2, 3];

/// Answer `GET /receipts` and `POST /receipts`. The page's forms are sent to the address at which it was
/// shown, which may be a link of no receipt.
pub(crate) async fn handle(gateway: &Gateway<impl Platform>, request: &Request) -> Response {
    let response = match request.method == Method::POST {
        false => form(&gateway.platform, 200, &Page::Find, request).await,
        true => search(gateway, request).await,
    };
    response.unwrap_or_else(|error| {
        unavailable(&error, "The receipt cannot be looked for at the moment.")
    })
}

/// Answer an address that begins with a link of no receipt: it was copied in part, or mistyped.
pub(super) async fn find_instead(
    gateway: &Gateway<impl Platform>,
    request: &Request,
) -> Result<Response, EngineError> {
    match request.method == Method::POST {
        false => form(&gateway.platform, 404, &Page::NotFound, request).await,
        true => search(gateway, request).await,
    }
}

async fn search(
    gateway: &Gateway<impl Platform>,
    request: &Request,
) -> Result<Response, EngineError> {
    let platform = &gateway.platform;
    if request.body.len() > BODY_LIMIT {
        return Ok(Response::text(413, "The form is too large."));
    }
    let now = platform.now();
    if !gateway.receipts.may_search(request, now) {
        return Ok(too_many());
    }
    let (minute, into_it) = (now / MINUTE, now % MINUTE);
    if store::receipts::count_search(platform, minute).await? > SEARCHES_A_MINUTE {
        let seconds = (MINUTE - into_it).div_ceil(1_000);
        let mut refused = too_many();
        refused.headers.push(("retry-after", seconds.to_string()));
        return Ok(refused);
    }
    let fields = request.form_fields();
    let found = match fields.get("code") {
        Some(code) => store::receipts::find_by_code(platform, &normalised(code)).await?,
        None => find_by_card(gateway, &fields).await?,
    };
    match found {
        Some(id) => Ok(Response::see_other(&gateway.config.receipt_link(&id))),
        None => form(platform, 404, &Page::NotFound, request).await,
    }
}

/// The answer to a search that is refused. No page is rendered for it: that is the work that the limits spare.
fn too_many() -> Response {
    Response::text(429, "Too many attempts. Wait a minute and try again.")
}

async fn find_by_card(
    gateway: &Gateway<impl Platform>,
    fields: &BTreeMap<String, String>,
) -> Result<Option<String>, EngineError> {
    let field = |name| fields.get(name).map_or("", |value| value.trim());
    let terminal = field("terminal").to_ascii_uppercase();
    let Some(last_four) = last_four(field("last-four")) else {
        return Ok(None);
    };
    let written = |decimals| amount(field("amount"), decimals);
    let amounts: Vec<u64> = DECIMALS
        .into_iter()
        .filter_map(written)
        .filter(|amount| *amount > 0)
        .collect();
    let platform = &gateway.platform;
    let receipts = store::receipts::find_by_card(platform, &terminal, last_four, &amounts).await?;
    let is_meant = |(moved, document): &&(u64, Document)| {
        let currency = &session(&document.subject).currency;
        decimals(currency).is_ok_and(|decimals| written(decimals) == Some(*moved))
            && days(document).iter().any(|day| day == field("date"))
    };
    let found = receipts.iter().find(is_meant);
    Ok(found.map(|(_, document)| document.id.clone()))
}

/// The days of the session at the site: it may go on past midnight. By UTC where its time zone is not known any more.
fn days(document: &Document) -> [String; 2] {
    let zone = local_time::of_site(Some(&document.site)).unwrap_or(TimeZone::UTC);
    let tapped_at = session(&document.subject).tapped_at;
    [tapped_at, document.issued_at].map(|moment| local_time::day(&zone, moment))
}

/// A code as it is stored, whatever was typed for letters that look alike (Crockford).
pub(crate) fn normalised(code: &str) -> String {
    code.chars()
        .filter(|character| character.is_ascii_alphanumeric())
        .map(|character| match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

fn last_four(digits: &str) -> Option<u16> {
    let is_four = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_four.then(|| digits.parse().ok()).flatten()
}

/// An amount in minor units, as people write it: `4,86`, `1 234.50 €` or `1.234,50`. The last comma or
/// point parts the decimals, unless more digits follow it than the currency has.
fn amount(text: &str, decimals: u32) -> Option<u64> {
    let kept: String = text
        .chars()
        .filter(|character| character.is_ascii_digit() || matches!(character, ',' | '.'))
        .collect();
    if !kept.contains(|character: char| character.is_ascii_digit()) {
        return None;
    }
    let (whole, fraction) = match kept.rsplit_once([',', '.']) {
        Some((whole, fraction)) if fraction.len() <= decimals as usize => (whole, fraction),
        _ => (kept.as_str(), ""),
    };
    let whole = whole.replace([',', '.'], "");
    let amount: Decimal = format!("{whole}.{fraction}0").parse().ok()?;
    let minor = amount.checked_mul(Decimal::from(10_u64.checked_pow(decimals)?))?;
    let minor = u64::try_from(minor.normalize()).ok()?;
    // More cannot have been moved.
    i64::try_from(minor).is_ok().then_some(minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_people_write_it() {
        for (text, decimals, expected) in [
            ("4,86", 2, Some(486)),
            ("4.86", 2, Some(486)),
            ("€4.86", 2, Some(486)),
            ("4,86 kr", 2, Some(486)),
            ("5", 2, Some(500)),
            ("5,5", 2, Some(550)),
            ("1 234,50", 2, Some(123_450)),
            ("1.234,50", 2, Some(123_450)),
            ("1,234.50", 2, Some(123_450)),
            ("1.234", 2, Some(123_400)),
            ("1.234", 3, Some(1_234)),
            ("1,234", 0, Some(1_234)),
            ("0", 2, Some(0)),
            ("", 2, None),
            ("kr", 2, None),
            ("99999999999999999999999", 2, None),
            ("99999999999999999", 2, None),
        ] {
            assert_eq!(amount(text, decimals), expected, "{text:?}");
        }
    }

    #[test]
    fn a_code_is_found_whatever_was_read_for_letters_that_look_alike() {
        assert_eq!(normalised(" abcd-efgh "), "ABCDEFGH");
        assert_eq!(normalised("O0iI-lL1z"), "0011111Z");
    }

    #[test]
    fn four_digits_are_four_ascii_digits() {
        assert_eq!(last_four("0042"), Some(42));
        for other in ["", "42", "00042", "+042", "00a2", "٠٠٤٢"] {
            assert_eq!(last_four(other), None, "{other}");
        }
    }
}
