//! What becomes of what is wanted: the changes, or every reason why there are none.

mod access;
mod alerts;
mod incidents;
mod maintenance;
mod records;
mod terminals;

use crate::command::Command;
use crate::fleet::{Change, Fleet};
use crate::refusal::Refusal;
use crate::situation::Situation;

/// What is decided: the changes, whole or not at all.
type Decision = Result<Vec<Change>, Refusal>;

/// Decide about a command. The same arguments give the same decision. Whether whoever asks may want
/// it at all, and whether the changes are within their reach, is for the API to say.
///
/// # Errors
/// Every reason why nothing is changed.
pub fn decide(fleet: &Fleet, situation: &Situation<'_>, command: Command) -> Decision {
    match command {
        Command::PutCustomer(key, details) => records::put_customer(fleet, key, details),
        Command::AcceptTerms(key, acceptance) => {
            records::accept_terms(fleet, situation, &key, acceptance)
        }
        Command::Assess(key, assessment) => records::assess(fleet, &key, assessment),
        Command::PutSite(key, details) => records::put_site(fleet, key, details),
        Command::PutStation(key, details) => records::put_station(fleet, key, details),
        Command::PutPerson(key, details) => records::put_person(fleet, key, details),
        Command::Train(key, training) => records::train(fleet, situation, &key, training),
        Command::RemovePerson(key) => records::remove_person(fleet, &key),
        Command::PutOrder(key, details) => records::put_order(fleet, situation, key, details),
        Command::Register(serial, details, domain) => {
            terminals::register(fleet, situation, serial, details, domain)
        }
        Command::PutTerminal(serial, details) => terminals::put(fleet, situation, &serial, details),
        Command::Import(order, rows) => terminals::import(fleet, situation, &order, rows),
        Command::License(order) => terminals::license_all(fleet, situation, &order),
        Command::Terminal(serial, deed) => terminals::deed(fleet, situation, &serial, deed),
        Command::OpenIncident(details) => incidents::open(fleet, situation, details),
        Command::PutIncident(key, details) => incidents::put(fleet, situation, &key, details),
        Command::Attach(key, photograph) => incidents::attach(fleet, &key, photograph),
        Command::Report(key) => incidents::report(fleet, situation, &key),
        Command::CloseIncident(key, outcome, note) => {
            incidents::close(fleet, situation, &key, outcome, note)
        }
        Command::Raise(serial, kind) => alerts::raise(fleet, situation, serial, kind),
        Command::End(serial, kind) => alerts::end(fleet, situation, &serial, kind),
        Command::Acknowledge(key) => alerts::acknowledge(fleet, situation, &key),
        Command::PutWebhook(key, details, secret) => {
            alerts::put_webhook(fleet, key, details, secret)
        }
        Command::RemoveWebhook(key) => alerts::remove_webhook(fleet, &key),
        Command::IssueToken(details, hash) => access::issue_token(fleet, situation, details, hash),
        Command::RevokeToken(key) => access::revoke_token(fleet, &key),
        Command::IssueCalendar(details, hash) => access::issue_calendar(fleet, details, hash),
        Command::RevokeCalendar(key) => access::revoke_calendar(fleet, &key),
    }
}
