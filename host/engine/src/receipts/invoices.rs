//! A full invoice in a buyer's name, on request of a reader who has the receipt's link.
//!
//! A buyer's name has at most 200 characters, an address 300. Anybody with the link can type something, so
//! what may be a card number is neither kept nor shown again.

use chargetap_contract::Components;
use chargetap_contract::receipt::{
    Buyer, Document, Format, Invoice, Original, Page, Problem, Subject,
};
use chargetap_contract::session::Event;
use chargetap_fleet::text::holds_card_number;

use super::pages::{form, unavailable};
use super::search;
use super::subject::session;
use crate::error::EngineError;
use crate::event::EventEnvelope;
use crate::gateway::Gateway;
use crate::http::{BODY_LIMIT, Method, Request, Response};
use crate::platform::{Platform, Purpose};
use crate::sessions::apply::apply;
use crate::store;
use crate::store::receipts::InvoiceState;

/// Answer `GET` and `POST /receipts/{id}/invoice`.
pub(crate) async fn handle(
    gateway: &Gateway<impl Platform>,
    id: &str,
    request: &Request,
) -> Response {
    let response = respond(gateway, id, request).await;
    response.unwrap_or_else(|error| {
        let text = "The invoice cannot be made at the moment. Try again later.";
        unavailable(&error, text)
    })
}

async fn respond(
    gateway: &Gateway<impl Platform>,
    id: &str,
    request: &Request,
) -> Result<Response, EngineError> {
    let platform = &gateway.platform;
    let Some(document) = store::receipts::load(platform, id).await? else {
        return search::find_instead(gateway, request).await;
    };
    let session = session(&document.subject).session.clone();
    match store::receipts::invoice_state(platform, &session).await? {
        InvoiceState::Impossible => form(platform, 409, &Page::NoInvoice, request).await,
        InvoiceState::Issued(id) => Ok(Response::see_other(&gateway.config.receipt_link(&id))),
        InvoiceState::Coming => form(platform, 200, &Page::InvoiceComing, request).await,
        InvoiceState::None if request.method != Method::POST => {
            form(platform, 200, &Page::Buyer, request).await
        }
        InvoiceState::None if request.body.len() > BODY_LIMIT => {
            Ok(Response::text(413, "The form is too large."))
        }
        InvoiceState::None if !gateway.receipts.may_search(request, platform.now()) => Ok(
            Response::text(429, "Too many attempts. Wait a minute and try again."),
        ),
        InvoiceState::None => request_invoice(gateway, &document, request).await,
    }
}

async fn request_invoice(
    gateway: &Gateway<impl Platform>,
    document: &Document,
    request: &Request,
) -> Result<Response, EngineError> {
    let platform = &gateway.platform;
    let fields = request.form_fields();
    let field = |name| fields.get(name).map_or("", String::as_str);
    let typed = ["name", "address", "vat-number"].map(field);
    let buyer = |[name, address, vat_number]: [&str; 3]| Buyer {
        name: name.to_owned(),
        address: one_line(address),
        vat_number: vat_number.to_owned(),
    };
    if typed.into_iter().any(has_card_number) {
        // The page must not repeat the number either.
        let others = typed.map(|text| if has_card_number(text) { "" } else { text });
        return form(
            platform,
            422,
            &Page::CardNumberTyped(buyer(others)),
            request,
        )
        .await;
    }
    let buyer = buyer(typed);
    // An invoice that could not be rendered is not asked for.
    let preview = preview(document, &buyer);
    let rendered = platform
        .call(Purpose::Page, |components| {
            components.render(&preview, Format::Json, "en")
        })
        .await??;
    if let Err(Problem::Inconsistent(problem)) = rendered {
        tracing::info!(problem, "no invoice for this buyer");
        return form(platform, 422, &Page::BuyerRefused(buyer), request).await;
    }
    let summary = session(&document.subject);
    // Of two requests at once, the first one counts.
    let dedupe = format!("invoice/{}", summary.session);
    let envelope = EventEnvelope {
        dedupe: Some(&dedupe),
        ..Event::InvoiceRequested(buyer).into()
    };
    match apply(gateway, &summary.session, &summary.terminal, envelope).await {
        Ok(outcome) if outcome.is_on_record() => {
            let page = format!("{}/invoice", gateway.config.receipt_link(&document.id));
            Ok(Response::see_other(&page))
        }
        Ok(_) | Err(EngineError::UnknownTerminal(_) | EngineError::NoIssuer(_)) => {
            form(platform, 409, &Page::NoInvoice, request).await
        }
        Err(error) => Err(error),
    }
}

/// Whether a text holds what may be a card number, also where it was typed in several lines.
fn has_card_number(text: &str) -> bool {
    let words: Vec<_> = text.split_whitespace().collect();
    holds_card_number(&words.join(" "))
}

/// An address on one line; it is typed one line below the other.
fn one_line(address: &str) -> String {
    let lines = address.lines().map(str::trim);
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(", ")
}

fn preview(document: &Document, buyer: &Buyer) -> Document {
    let session = session(&document.subject).clone();
    Document {
        subject: Subject::Invoice(Invoice {
            session,
            buyer: buyer.clone(),
        }),
        original: Some(Original {
            id: document.id.clone(),
            number: document.number.clone(),
            issued_at: document.issued_at,
        }),
        ..document.clone()
    }
}
