//! Issue a receipt: put it together, store it, and tell the driver where it is.
//!
//! - A session has a receipt, a refund has one for each part that was given back, and on request there is one
//!   invoice in a buyer's name, which takes the place of the receipt.
//! - Each is asked for by a command of the orchestrator and stored once. What it says stays as it was; only its
//!   rendering may change.
//! - Numbers are given out by the statement that stores the event, for each company by its VAT number, without
//!   gaps. A receipt that says that nothing was taken has none.
//! - A refund's receipt and an invoice are numbered by the issuer of the session's receipt.

use chargetap_contract::money::{Money, Prices};
use chargetap_contract::receipt::{Buyer, Document, Invoice, Refund, Subject, Summary};
use chargetap_contract::screen::{Message, Outcome, ReceiptNotice};

use super::context::ReceiptContext;
use super::subject::{moved, session};
use crate::config::Issuer;
use crate::error::EngineError;
use crate::fleet::issuers;
use crate::gateway::Gateway;
use crate::id;
use crate::platform::Platform;
use crate::store;
use crate::store::notices::Recallable;
use crate::store::receipts::{InvoiceState, NewReceipt, StoredReceipt};
use crate::terminals::display;
use crate::terminals::notice::Notice;

/// A receipt's id is its link, so it is as long as an unguessable id can be.
const ID_CHARACTERS: usize = 25;

/// Long enough that guessing at the allowed rate finds nothing, and short enough to be read off a
/// screen.
const CODE_CHARACTERS: usize = 8;

/// How long a terminal shows where the receipt is, in milliseconds: long enough to type address and code, and
/// not so long that the next driver gives up.
const SHOWN_FOR: u64 = 20_000;
/// The same where the card was shown to see it again: after that it may begin a session.
const RECALLED_FOR: u64 = 10_000;

/// Issue the receipt that a command asks for. The command may be executed again: the first receipt
/// stays.
pub(crate) async fn issue(
    gateway: &Gateway<impl Platform>,
    command: &str,
    subject: &Subject,
) -> Result<(), EngineError> {
    let document = document(gateway, command, subject).await?;
    let new = NewReceipt {
        command,
        amount: moved(subject),
        session: session(subject),
        document: &document,
    };
    let StoredReceipt { id, code } = store::receipts::insert(&gateway.platform, &new).await?;
    let session = &session(subject).session;
    let link = gateway.config.receipt_link(&id);
    tracing::info!(
        target: "chargetap::session",
        session,
        receipt = id::short_hash(&id),
        number = document.number,
        "receipt issued"
    );
    if let Subject::Session(summary) = subject {
        tell_driver(gateway, summary, link, code).await?;
    }
    Ok(())
}

async fn document(
    gateway: &Gateway<impl Platform>,
    command: &str,
    subject: &Subject,
) -> Result<Document, EngineError> {
    let platform = &gateway.platform;
    let summary = session(subject);
    let (issuer, number) = issuer(gateway, command, &summary.terminal).await?;
    let context = match original(platform, subject).await? {
        Some(original) => ReceiptContext::of_original(original),
        None => ReceiptContext::of_session(gateway, summary).await?,
    };
    Ok(Document {
        id: id::from_random(platform.random(), ID_CHARACTERS),
        number,
        issued_at: summary.settled_at,
        issuer: issuer.on_receipts.clone(),
        site: context.site,
        evse_id: context.evse_id,
        subject: as_in_the_original(subject, context.buyer, context.prices),
        original: context.original,
        slip: context.slip,
        tariff: context.tariff,
        measurement: context.measurement,
        // The gateway's address may change, so the link is made when the receipt is rendered.
        link: None,
        code: Some(id::from_random(platform.random(), CODE_CHARACTERS)),
        // More may be refunded later, so this is looked up when the receipt is rendered.
        refunded: None,
    })
}

/// The issuer and the receipt's number: the one that was given out when the money's outcome was
/// stored, if any was.
async fn issuer<'a>(
    gateway: &'a Gateway<impl Platform>,
    command: &str,
    terminal: &str,
) -> Result<(&'a Issuer, Option<String>), EngineError> {
    let Some(given) = store::receipts::invoice_number(&gateway.platform, command).await? else {
        return Ok((issuers::at_terminal(gateway, terminal).await?, None));
    };
    let issuer = issuers::of_key(&gateway.config, &given.issuer)?;
    let number = format!("{}{}", issuer.number_prefix, given.number);
    Ok((issuer, Some(number)))
}

/// The receipt that a refund or an invoice refers to. It was asked for before, so it is there or
/// about to be.
async fn original(
    platform: &impl Platform,
    subject: &Subject,
) -> Result<Option<Document>, EngineError> {
    let (Subject::Refund(_) | Subject::Invoice(_)) = subject else {
        return Ok(None);
    };
    let session = &session(subject).session;
    let is_coming = matches!(subject, Subject::Refund(_))
        && matches!(
            store::receipts::invoice_state(platform, session).await?,
            InvoiceState::Coming
        );
    let latest = match is_coming {
        true => None,
        false => store::receipts::latest_bill(platform, session).await?,
    };
    latest
        .map(Some)
        .ok_or_else(|| EngineError::NoOriginal(session.clone()))
}

/// Say at the terminal what became of the money and where the receipt is, and again to the card that paid.
async fn tell_driver(
    gateway: &Gateway<impl Platform>,
    summary: &Summary,
    link: String,
    code: String,
) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let address = gateway.config.receipt_link("");
    let address = address.trim_end_matches('/');
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let outcome = match summary.nothing_taken {
        Some(reason) => Outcome::NothingTaken(reason),
        None => Outcome::Paid(Money {
            amount: summary.captured,
            currency: summary.currency.clone(),
        }),
    };
    let is_paid = summary.nothing_taken.is_none();
    let notice = |recalled| Notice {
        message: Message::Receipt(ReceiptNotice {
            outcome: outcome.clone(),
            address: address.to_owned(),
            code: code.clone(),
            recalled,
        }),
        link: Some(link.clone()),
        visible_for: if recalled { RECALLED_FOR } else { SHOWN_FOR },
    };
    if let Some(card) = summary.card.filter(|_| is_paid) {
        let recallable = Recallable {
            session: &summary.session,
            terminal: &summary.terminal,
            card: &card.reference,
            notice: &notice(true),
        };
        store::notices::keep(platform, &recallable, platform.now()).await?;
    }
    display::put(gateway, &summary.terminal, &notice(false)).await
}

/// A refund is in the name in which its original is. The prices are those of the session's first receipt.
fn as_in_the_original(subject: &Subject, buyer: Option<Buyer>, prices: Option<Prices>) -> Subject {
    let session = |session: &Summary| Summary {
        prices: prices.clone(),
        ..session.clone()
    };
    match subject {
        Subject::Session(it) => Subject::Session(session(it)),
        Subject::Refund(refund) => Subject::Refund(Refund {
            session: session(&refund.session),
            buyer,
            ..refund.clone()
        }),
        Subject::Invoice(invoice) => Subject::Invoice(Invoice {
            session: session(&invoice.session),
            ..invoice.clone()
        }),
        Subject::Payout(payout) => Subject::Payout(payout.clone()),
    }
}
