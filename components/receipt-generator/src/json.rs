//! Writes the document as JSON, for machines. `receipt.schema.json` beside this crate's manifest is
//! its JSON Schema.
//!
//! - Names and meanings of fields are stable. Fields may be added. If one changes or is removed,
//!   `version` is incremented.
//! - Amounts are integers in the minor unit of `currency`, which has `currency_digits` decimals.
//! - Times are RFC 3339 with the site's offset.
//! - A field that does not apply is `null`.

mod fields;
mod names;
mod price;
mod prices;

use chargetap_contract::receipt::{Document, Subject};
use serde::Serialize;

use self::{
    fields::{
        BuyerFields, CardFields, IssuerFields, MeasurementFields, OriginalFields, PayoutFields,
        RefundFields, SiteFields, SlipFields, original,
    },
    price::{ChargingFields, VatShareFields, vat_shares},
    prices::PricesFields,
};
use crate::{money::Currency, subject, time::Times};

const VERSION: u32 = 3;

#[derive(Serialize)]
struct Receipt<'a> {
    version: u32,
    id: &'a str,
    /// From the issuer's sequence, which has no gaps.
    number: Option<&'a str>,
    /// `charge`, `nothing_taken`, `refund`, `invoice` or `payout`.
    kind: &'static str,
    /// `declined`, `not_plugged_in`, `cancelled_by_driver`, `cancelled_by_operator`, `start_failed`,
    /// `below_minimum` or `payment_failed`.
    nothing_taken_reason: Option<&'static str>,
    issued_at: String,
    card_shown_at: String,
    issuer: IssuerFields<'a>,
    site: SiteFields<'a>,
    /// The station's identity and the connector, as `STATION/1`.
    evse: &'a str,
    /// Its id for roaming, such as `SE*ABC*E1234*1`.
    evse_id: Option<&'a str>,
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
    captured_vat: Vec<VatShareFields>,
    charging: Option<ChargingFields>,
    refund: Option<RefundFields>,
    /// The buyer of this invoice, or of the invoice that a refund refers to.
    buyer: Option<BuyerFields<'a>>,
    payout: Option<PayoutFields<'a>>,
    /// The receipt that this one refers to.
    original: Option<OriginalFields<'a>>,
    slip: Option<SlipFields<'a>>,
    /// The prices of the tariff when the card was shown.
    prices: Option<PricesFields>,
    /// The price as the terminal showed it.
    tariff: Option<&'a str>,
    measurement: Option<MeasurementFields<'a>>,
    /// The receipt's address.
    link: Option<&'a str>,
    /// The code by which it can be found.
    code: Option<&'a str>,
}

pub(crate) fn write(document: &Document, currency: &Currency, times: &Times) -> String {
    let mut json = serde_json::to_string_pretty(&Receipt::of(document, currency, times))
        // It does not fail: only maps whose keys are not strings can fail, and there is none.
        .unwrap_or_default();
    json.push('\n');
    json
}

impl<'a> Receipt<'a> {
    fn of(document: &'a Document, currency: &'a Currency, times: &Times) -> Self {
        let session = subject::session(document);
        let (refund, payout) = match &document.subject {
            Subject::Session(_) | Subject::Invoice(_) => (None, None),
            Subject::Refund(refund) => (Some(RefundFields::of(refund, times)), None),
            Subject::Payout(payout) => (None, Some(PayoutFields::of(payout))),
        };
        let charging = session.charging.as_ref().zip(times.charging.as_ref());
        Self {
            version: VERSION,
            id: &document.id,
            number: document.number.as_deref(),
            kind: names::kind(&document.subject),
            nothing_taken_reason: session.nothing_taken.map(names::reason),
            issued_at: times.issued.for_machines(),
            card_shown_at: times.tapped.for_machines(),
            issuer: IssuerFields::of(&document.issuer),
            site: SiteFields::of(&document.site),
            evse: &session.evse,
            evse_id: document.evse_id.as_deref(),
            terminal: &session.terminal,
            session: &session.session,
            card: session.card.as_ref().map(CardFields::of),
            currency: &currency.code,
            currency_digits: currency.digits,
            held: session.held,
            captured: session.captured,
            released: session.released,
            captured_vat: vat_shares(&session.captured_vat),
            charging: charging.map(|(it, times)| ChargingFields::of(it, times)),
            refund,
            buyer: subject::buyer(&document.subject).map(BuyerFields::of),
            payout,
            original: original(document, times),
            slip: document.slip.as_ref().map(SlipFields::of),
            prices: session.prices.as_ref().map(PricesFields::of),
            tariff: document.tariff.as_deref(),
            measurement: document.measurement.as_ref().map(MeasurementFields::of),
            link: document.link.as_deref(),
            code: document.code.as_deref(),
        }
    }
}
