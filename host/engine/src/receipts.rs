//! Receipts: put together and stored once, rendered whenever they are asked for.

mod finding;
mod invoices;
mod particulars;
mod serving;

pub(crate) use finding::{ATTEMPT_EVERY, ATTEMPTS_AT_ONCE};

use chargetap_contract::receipt::{Buyer, Document, Refund, Subject, Summary};
use chargetap_contract::session::Message;
use chargetap_fleet::processor::{Party, Processor};
use chargetap_fleet::terminal::Terminal;

use crate::apply::EngineError;
use crate::config::Issuer;
use crate::gateway::Gateway;
use crate::id;
use crate::journal::{self, InvoiceState, Kept, Paper};
use crate::platform::Platform;

use particulars::Particulars;

/// A receipt's id is its link, so it is as long as an unguessable one can be.
const ID_CHARACTERS: usize = 25;

/// Long enough that whoever guesses at the pace that is allowed finds nothing, and short enough to be
/// read off a screen.
const CODE_CHARACTERS: usize = 8;

/// How long a terminal shows where the receipt is, in milliseconds.
const SHOWN_FOR: u64 = 10_000;

impl<P: Platform> Gateway<P> {
    /// Put a receipt together, store it, and tell the driver. The command that asks for it may come
    /// again, and the first receipt stays.
    pub(crate) async fn issue_receipt(
        &self,
        command: &str,
        subject: &Subject,
    ) -> Result<(), EngineError> {
        let document = self.document(command, subject).await?;
        let paper = Paper {
            command,
            amount: moved(subject),
            session: session(subject),
            document: &document,
        };
        let Kept { id, code } = journal::keep_paper(&self.platform, &paper).await?;
        let session = &session(subject).session;
        let link = self.link(&id);
        tracing::info!(
            target: "chargetap::session",
            session,
            receipt = id,
            link,
            number = document.number,
            "receipt issued"
        );
        if let Subject::Session(summary) = subject {
            self.tell_driver(summary, &link, &code).await?;
        }
        Ok(())
    }

    async fn document(&self, command: &str, subject: &Subject) -> Result<Document, EngineError> {
        let summary = session(subject);
        let (issuer, number) = self.issuer(command, &summary.terminal).await?;
        let particulars = match self.original(subject).await? {
            Some(original) => Particulars::of(original),
            None => self.particulars(summary).await?,
        };
        Ok(Document {
            id: id::from_random(self.platform.random(), ID_CHARACTERS),
            number,
            issued_at: summary.settled_at,
            issuer: issuer.on_paper.clone(),
            site: particulars.site,
            evse_id: particulars.evse_id,
            subject: named(subject, particulars.buyer),
            original: particulars.original,
            slip: particulars.slip,
            tariff: particulars.tariff,
            measurement: particulars.measurement,
            // The gateway's address may change, so the link is made when the receipt is rendered.
            link: None,
            code: Some(id::from_random(self.platform.random(), CODE_CHARACTERS)),
        })
    }

    /// Who issues it, and its number: the one that was given out when the money's outcome was
    /// stored, if any was.
    async fn issuer(
        &self,
        command: &str,
        terminal: &str,
    ) -> Result<(&Issuer, Option<String>), EngineError> {
        let Some(given) = journal::invoice_number(&self.platform, command).await? else {
            return Ok((self.issuer_at(terminal).await?, None));
        };
        let issuer = self.issuer_of_key(&given.issuer)?;
        let number = format!("{}{}", issuer.number_prefix, given.number);
        Ok((issuer, Some(number)))
    }

    pub(crate) fn issuer_of_key(&self, key: &str) -> Result<&Issuer, EngineError> {
        let mut issuers = self.config.issuers.values();
        issuers
            .find(|issuer| issuer.key() == key)
            .ok_or_else(|| EngineError::UnknownIssuer(key.to_owned()))
    }

    /// Who issues the receipts of a terminal, by its processor option. Where it is not on record, as
    /// with a hold that was found at it, it is the only issuer there is.
    pub(crate) async fn issuer_at(&self, serial: &str) -> Result<&Issuer, EngineError> {
        let fleet = self.fleet().await?;
        let terminal = fleet.get::<Terminal>(serial);
        let issuer = match terminal.map(|it| it.processor.parts(it.origin).issues_receipt) {
            Some(Party::Customer) => self.config.issuers.get(&Processor::Customer),
            Some(_) => self.config.issuers.get(&Processor::Platform),
            None => self.config.issuers.values().next(),
        };
        issuer.ok_or_else(|| EngineError::UnknownTerminal(serial.to_owned()))
    }

    /// The receipt that a refund or an invoice refers to. It was asked for before, so it is there or
    /// about to be.
    async fn original(&self, subject: &Subject) -> Result<Option<Document>, EngineError> {
        let (Subject::Refund(_) | Subject::Invoice(_)) = subject else {
            return Ok(None);
        };
        let session = &session(subject).session;
        let is_coming = matches!(subject, Subject::Refund(_))
            && matches!(
                journal::invoice_state(&self.platform, session).await?,
                InvoiceState::Coming
            );
        let latest = match is_coming {
            true => None,
            false => journal::latest_bill(&self.platform, session).await?,
        };
        latest
            .map(Some)
            .ok_or_else(|| EngineError::NoOriginal(session.clone()))
    }

    pub(crate) fn link(&self, id: &str) -> String {
        format!("{}/receipts/{id}", self.config.public_url)
    }

    /// Say at the terminal where the receipt is: by a QR code where it can show one, and otherwise by
    /// the code with which it is found.
    async fn tell_driver(
        &self,
        summary: &Summary,
        link: &str,
        code: &str,
    ) -> Result<(), EngineError> {
        // Where no hold was made, a text says why not, and takes its time to be read.
        let said = match summary.held {
            0 => journal::last_message(&self.platform, &summary.session).await?,
            _ => None,
        };
        let said = said.map(|text| format!("{text} ")).unwrap_or_default();
        let (first, second) = code
            .split_at_checked(CODE_CHARACTERS / 2)
            .unwrap_or((code, ""));
        let address = self.link("");
        let address = address.trim_end_matches('/');
        let address = address.split_once("://").map_or(address, |(_, rest)| rest);
        let message = Message {
            terminal: summary.terminal.clone(),
            text: format!("{said}Receipt: {address} code {first}-{second}"),
            visible_for: SHOWN_FOR,
        };
        self.show_receipt(&message, link).await
    }
}

/// A refund is in the name in which its original is.
fn named(subject: &Subject, buyer: Option<Buyer>) -> Subject {
    match subject {
        Subject::Refund(refund) => Subject::Refund(Refund {
            buyer,
            ..refund.clone()
        }),
        other => other.clone(),
    }
}

/// The session that a receipt is about.
fn session(subject: &Subject) -> &Summary {
    match subject {
        Subject::Session(session) => session,
        Subject::Refund(refund) => &refund.session,
        Subject::Invoice(invoice) => &invoice.session,
        Subject::Payout(payout) => &payout.session,
    }
}

/// How much a receipt says was moved.
fn moved(subject: &Subject) -> u64 {
    match subject {
        Subject::Session(session) => session.captured,
        Subject::Refund(refund) => refund.amount,
        Subject::Invoice(invoice) => invoice.session.captured,
        Subject::Payout(payout) => payout.paid_out,
    }
}
