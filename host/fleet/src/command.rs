//! Commands: every change of the fleet that can be requested.

use std::collections::BTreeMap;

use crate::access::{CalendarDetails, TokenDetails};
use crate::alert::{AlertKind, NewAlert, Secret, WebhookDetails};
use crate::bundle::Replacement;
use crate::credential::PasswordHash;
use crate::import::Row;
use crate::incident::{IncidentDetails, Outcome, Photograph};
use crate::licence::Sku;
use crate::maintenance::{Check, Inspection, MaintenanceRecord};
use crate::operation::Operation;
use crate::order::OrderDetails;
use crate::processor::{Party, Processor};
use crate::site::{
    Acceptance, CustomerDetails, PersonDetails, SelfAssessment, SiteDetails, StationDetails,
    Training,
};
use crate::tariff::TariffDetails;
use crate::terminal::{Domain, TerminalDetails};
use crate::text::{Key, Line, Prose, Serial, StationId};

/// A change that is requested. It is made completely or not at all.
#[derive(Clone, Debug)]
pub enum Command {
    /// Carry out several commands that put records: all or none.
    Apply(Edits),
    /// Create or update a customer.
    PutCustomer(Key, CustomerDetails),
    /// Record that a customer accepted the terms of use.
    AcceptTerms(Key, Acceptance),
    /// Record the status of a customer's PCI DSS self-assessment.
    Assess(Key, SelfAssessment),
    /// Create or update a site.
    PutSite(Key, SiteDetails),
    /// Create or update a station.
    PutStation(StationId, StationDetails),
    /// Give a station this password. Those before are taken for a day, unless it replaces them at once.
    SetStationPassword(StationId, PasswordHash, bool),
    /// Record that a station is told to do this.
    Operate(StationId, Operation),
    /// Record that components take the place of others, although so many decisions differ.
    SwapBundle(Replacement, u64),
    /// Create or update a tariff.
    PutTariff(Key, TariffDetails),
    /// Remove a tariff: that of the configuration counts again.
    RemoveTariff(Key),
    /// Create or update a person.
    PutPerson(Key, PersonDetails),
    /// Record a person's training.
    Train(Key, Training),
    /// Remove a person, and take them off the users of all terminals.
    RemovePerson(Key),
    /// Create or update an order.
    PutOrder(Key, OrderDetails),
    /// Register a terminal that is in this domain at the vendor.
    Register(Serial, TerminalDetails, Domain),
    /// Update the details that the owner of a terminal maintains.
    PutTerminal(Serial, TerminalDetails),
    /// Register many terminals of an order: all or none.
    Import(Key, Vec<Row>),
    /// Carry out an action on all terminals of an order that lack it.
    Order(Key, OrderAction),
    /// Carry out an action on one terminal.
    Terminal(Serial, TerminalAction),
    /// Open an incident.
    OpenIncident(IncidentDetails),
    /// Update the details of an incident.
    PutIncident(Key, IncidentDetails),
    /// Attach a picture whose bytes are stored already.
    Attach(Key, Photograph),
    /// Record that the full report was handed on.
    Report(Key),
    /// Close an incident.
    CloseIncident(Key, Outcome, Prose),
    /// Raise an alert of a terminal. Only the gateway does this.
    Raise(Serial, AlertKind),
    /// End the alerts of a kind at a terminal. Only the gateway does this.
    End(Serial, AlertKind),
    /// Raise an alert of a session or of a payment report. Only the gateway does this.
    RaiseOnce(NewAlert),
    /// End an alert of a session that needs no person any more. Only the gateway does this.
    EndAlert(Key),
    /// Acknowledge an alert.
    Acknowledge(Key),
    /// Resolve an alert of a session or of a payment report: what was done about it.
    Resolve(Key, Prose),
    /// Create or update a webhook. The secret is for a new one; an existing one keeps its own.
    PutWebhook(Key, WebhookDetails, Secret),
    /// Remove a webhook.
    RemoveWebhook(Key),
    /// Issue a token whose secret has this hash.
    IssueToken(TokenDetails, String),
    /// Revoke a token.
    RevokeToken(Key),
    /// Issue a calendar whose address has this hash.
    IssueCalendar(CalendarDetails, String),
    /// Revoke a calendar.
    RevokeCalendar(Key),
}

/// Several commands.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    /// The commands, in the order in which one needs another.
    pub edits: Vec<Edit>,
    /// The records that may change, with their versions, by kind and key; 0 for one that is not there. Any, if absent.
    pub versions: Option<BTreeMap<String, u64>>,
}

/// A command among several.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Where it stands, such as `sites.north`.
    pub place: String,
    /// The command itself.
    pub command: Command,
}

/// An action on the terminals of an order. It is done at all that lack it, or at none.
#[derive(Clone, Debug)]
pub enum OrderAction {
    /// Assign licences of the order.
    License,
    /// Record all checks before deployment that are not on record.
    Check(MaintenanceRecord),
    /// Record that the vendor was asked to re-route them.
    AskRouting,
    /// Record that the vendor re-routed them.
    ConfirmRouting,
    /// Begin their transfer to this processor.
    BeginTransfer(Processor),
    /// Record that the vendor completed their transfers.
    CompleteTransfer,
    /// Activate those that lack nothing else. It is refused only if that is none.
    Activate,
}

/// An action on one terminal.
#[derive(Clone, Debug)]
pub enum TerminalAction {
    /// Record a check before deployment.
    Check(Check, MaintenanceRecord),
    /// Record an inspection. Findings open an incident.
    Inspect(Inspection),
    /// Record that the battery was charged.
    Charge(MaintenanceRecord),
    /// Record a test transaction.
    Test(MaintenanceRecord),
    /// Assign a licence of this order.
    License(Sku, Key),
    /// Record that the vendor was asked to re-route the terminal.
    AskRouting,
    /// Record that the vendor re-routed the terminal.
    ConfirmRouting,
    /// Begin a transfer to this processor.
    BeginTransfer(Processor),
    /// Record the number that the vendor gave the transfer.
    NumberTransfer(Line),
    /// Record that the vendor completed the transfer.
    CompleteTransfer,
    /// Cancel the transfer.
    CancelTransfer,
    /// Mark it as ready: only the activation is missing.
    Ready,
    /// Activate it, so that it takes cards.
    Activate,
    /// Put it into storage.
    Store,
    /// Take it out of storage.
    Unstore,
    /// Suspend it, for this reason, so that it takes no cards.
    Suspend(Line),
    /// Return it to the vendor, for this reason. The party verified that it may be returned.
    Return(Line, Party),
    /// Record that it came back from the vendor.
    Receive,
    /// Retire it for good, for this reason.
    Retire(Line),
}
