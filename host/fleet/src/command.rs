//! Everything that can be wanted of a fleet.

use crate::access::{CalendarDetails, TokenDetails};
use crate::alert::{AlertKind, Secret, WebhookDetails};
use crate::import::Row;
use crate::incident::{IncidentDetails, Outcome, Photograph};
use crate::licence::Sku;
use crate::maintenance::{Check, Inspection, MaintenanceRecord};
use crate::order::OrderDetails;
use crate::processor::{Party, Processor};
use crate::site::{
    Acceptance, CustomerDetails, PersonDetails, SelfAssessment, SiteDetails, StationDetails,
    Training,
};
use crate::terminal::{Domain, TerminalDetails};
use crate::text::{Key, Line, Prose, Serial};

/// Something that is wanted. Each is done whole or not at all.
#[derive(Clone, Debug)]
pub enum Command {
    /// Put a customer on record, or change what it says of itself.
    PutCustomer(Key, CustomerDetails),
    /// Put on record that a customer accepted the terms of use.
    AcceptTerms(Key, Acceptance),
    /// Put on record how a customer stands with the self-assessment of PCI DSS.
    Assess(Key, SelfAssessment),
    /// Put a site on record, or change it.
    PutSite(Key, SiteDetails),
    /// Put a station on record, or change it.
    PutStation(Key, StationDetails),
    /// Put a person on record, or change what is known of them.
    PutPerson(Key, PersonDetails),
    /// Put on record that a person was trained.
    Train(Key, Training),
    /// Take a person off the record, who then may use no terminal.
    RemovePerson(Key),
    /// Put an order on record, or change it.
    PutOrder(Key, OrderDetails),
    /// Put a terminal on record, in this domain at the vendor.
    Register(Serial, TerminalDetails, Domain),
    /// Change what its owner says of a terminal.
    PutTerminal(Serial, TerminalDetails),
    /// Put many terminals on record under an order: all or none.
    Import(Key, Vec<Row>),
    /// Assign licences of an order to all its terminals that lack them.
    License(Key),
    /// Do something with one terminal.
    Terminal(Serial, TerminalAction),
    /// Put an incident on record.
    OpenIncident(IncidentDetails),
    /// Change what is known of an incident.
    PutIncident(Key, IncidentDetails),
    /// Attach a picture, of which the bytes are kept already.
    Attach(Key, Photograph),
    /// Put on record that the full report was handed on.
    Report(Key),
    /// Close an incident.
    CloseIncident(Key, Outcome, Prose),
    /// Raise an alert. By the gateway only.
    Raise(Serial, AlertKind),
    /// End the alerts of a kind at a terminal. By the gateway only.
    End(Serial, AlertKind),
    /// Take notice of an alert.
    Acknowledge(Key),
    /// Send alerts to an address, signed with this secret; one that is there keeps its own.
    PutWebhook(Key, WebhookDetails, Secret),
    /// Send them no longer.
    RemoveWebhook(Key),
    /// Issue a token, of whose secret this is the hash.
    IssueToken(TokenDetails, String),
    /// Revoke a token.
    RevokeToken(Key),
    /// Issue a calendar, of whose address this is the hash.
    IssueCalendar(CalendarDetails, String),
    /// Revoke a calendar.
    RevokeCalendar(Key),
}

/// Something that is done with one terminal.
#[derive(Clone, Debug)]
pub enum TerminalAction {
    /// Put a check before deployment on record.
    Check(Check, MaintenanceRecord),
    /// Put an inspection on record. A finding opens an incident.
    Inspect(Inspection),
    /// Put on record that its battery was charged.
    Charge(MaintenanceRecord),
    /// Put a test transaction on record.
    Test(MaintenanceRecord),
    /// Assign a licence of this order to it.
    License(Sku, Key),
    /// The vendor was asked to re-route it.
    AskRouting,
    /// The vendor said that it was re-routed.
    ConfirmRouting,
    /// Begin to transfer it, so that this processor takes the money.
    BeginTransfer(Processor),
    /// The vendor gave the transfer this number.
    NumberTransfer(Line),
    /// The vendor said that it was transferred.
    CompleteTransfer,
    /// Give the transfer up.
    CancelTransfer,
    /// Say that nothing is missing but activation.
    Ready,
    /// Let it take cards.
    Activate,
    /// Put it into storage.
    Store,
    /// Take it out of storage.
    Unstore,
    /// Let it take no cards, for this reason.
    Suspend(Line),
    /// Send it back to the vendor, for this reason; this party verified that it may be.
    Return(Line, Party),
    /// It came back from the vendor.
    Receive,
    /// Never use it again, for this reason.
    Retire(Line),
}
