//! A full invoice in a buyer's name, on request of whoever has the receipt's link.

use chargetap_contract::receipt::{
    Buyer, Document, Format, Invoice, Original, Page, Problem, Subject,
};
use chargetap_contract::session::Event;

use crate::apply::{Applied, Cause, EngineError};
use crate::gateway::Gateway;
use crate::http::{BODY_LIMIT, Incoming, Outcome, fields};
use crate::journal::{self, InvoiceState};
use crate::platform::Platform;

impl<P: Platform> Gateway<P> {
    /// Answer `GET` and `POST /receipts/{id}/invoice`.
    pub(crate) async fn invoice(&self, id: &str, request: &Incoming, is_request: bool) -> Outcome {
        let answer = self.answer_invoice(id, request, is_request).await;
        answer.unwrap_or_else(|error| {
            tracing::error!(%error, "an invoice could not be asked for");
            Outcome::text(
                503,
                "The invoice cannot be made at the moment. Try again later.",
            )
        })
    }

    async fn answer_invoice(
        &self,
        id: &str,
        request: &Incoming,
        is_request: bool,
    ) -> Result<Outcome, EngineError> {
        let Some(document) = journal::paper(&self.platform, id).await? else {
            return Ok(Outcome::text(404, "There is no such receipt."));
        };
        let session = super::session(&document.subject).session.clone();
        match journal::invoice_state(&self.platform, &session).await? {
            InvoiceState::Impossible => self.form(409, &Page::NoInvoice, request),
            InvoiceState::Issued(id) => Ok(Outcome::see_other(&self.link(&id))),
            InvoiceState::Coming => self.form(200, &Page::InvoiceComing, request),
            InvoiceState::None if !is_request => self.form(200, &Page::Buyer, request),
            InvoiceState::None if request.body.len() > BODY_LIMIT => {
                Ok(Outcome::text(413, "The form is too large."))
            }
            InvoiceState::None if !self.may_attempt(request) => Ok(Outcome::text(
                429,
                "Too many attempts. Wait a minute and try again.",
            )),
            InvoiceState::None => self.request_invoice(&document, request).await,
        }
    }

    async fn request_invoice(
        &self,
        document: &Document,
        request: &Incoming,
    ) -> Result<Outcome, EngineError> {
        let fields = fields(&request.body);
        let field = |name| fields.get(name).cloned().unwrap_or_default();
        let buyer = Buyer {
            name: field("name"),
            address: one_line(&field("address")),
            vat_number: field("vat-number"),
        };
        // What could not be rendered is not asked for.
        let preview = preview(document, &buyer);
        if let Err(Problem::Inconsistent(problem)) =
            self.platform.render(&preview, Format::Json, "en")?
        {
            tracing::info!(problem, "no invoice for this buyer");
            return self.form(422, &Page::BuyerRefused(buyer), request);
        }
        let summary = super::session(&document.subject);
        // Of two who ask at once, the first one gets it.
        let dedupe = format!("invoice/{}", summary.session);
        let wanted = Cause {
            dedupe: Some(&dedupe),
            ..Event::InvoiceRequested(buyer).into()
        };
        match self
            .apply(&summary.session, &summary.terminal, wanted)
            .await
        {
            Ok(Applied::Yes | Applied::Duplicate) => {
                let page = format!("{}/invoice", self.link(&document.id));
                Ok(Outcome::see_other(&page))
            }
            Ok(_) | Err(EngineError::UnknownTerminal(_)) => {
                self.form(409, &Page::NoInvoice, request)
            }
            Err(error) => Err(error),
        }
    }
}

/// An address as it stands on paper, whose lines are typed one below the other.
fn one_line(address: &str) -> String {
    let lines = address.lines().map(str::trim);
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(", ")
}

fn preview(document: &Document, buyer: &Buyer) -> Document {
    let session = super::session(&document.subject).clone();
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
