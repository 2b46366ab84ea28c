//! Decisions: the changes that a command makes, or every reason why it is refused.

mod access;
mod alerts;
mod apply;
mod incidents;
mod maintenance;
mod records;
mod terminals;

use crate::command::Command;
use crate::context::DecisionContext;
use crate::fleet::{Change, Fleet};
use crate::refusal::Refusal;

/// The changes, or the refusal.
type Decision = Result<Vec<Change>, Refusal>;

/// Decides about a command. The same arguments give the same decision. The API checks permissions
/// and access scope.
///
/// # Errors
/// Every reason why the command is refused.
pub fn decide(fleet: &Fleet, context: &DecisionContext<'_>, command: Command) -> Decision {
    match command {
        Command::Apply(edits) => apply::apply(fleet, context, edits),
        Command::PutCustomer(key, details) => records::put_customer(fleet, key, details),
        Command::AcceptTerms(key, acceptance) => {
            records::accept_terms(fleet, context, &key, acceptance)
        }
        Command::Assess(key, assessment) => records::assess(fleet, &key, assessment),
        Command::PutSite(key, details) => records::put_site(fleet, key, details),
        Command::PutStation(key, details) => records::put_station(fleet, key, details),
        Command::SetStationPassword(key, password, at_once) => {
            records::set_station_password(fleet, context, &key, password, at_once)
        }
        Command::Operate(station, operation) => records::operate(context, station, operation),
        Command::SwapBundle(replacement, differences) => {
            records::swap_bundle(context, replacement, differences)
        }
        Command::PutTariff(key, details) => records::put_tariff(fleet, context, key, details),
        Command::RemoveTariff(key) => records::remove_tariff(fleet, context, &key),
        Command::PutPerson(key, details) => records::put_person(fleet, key, details),
        Command::Train(key, training) => records::train(fleet, context, &key, training),
        Command::RemovePerson(key) => records::remove_person(fleet, &key),
        Command::PutOrder(key, details) => records::put_order(fleet, context, key, details),
        Command::Register(serial, details, domain) => {
            terminals::register(fleet, context, serial, details, domain)
        }
        Command::PutTerminal(serial, details) => terminals::put(fleet, context, &serial, details),
        Command::Import(order, rows) => terminals::import(fleet, context, &order, rows),
        Command::Order(order, action) => terminals::act_on_order(fleet, context, &order, action),
        Command::Terminal(serial, action) => terminals::act(fleet, context, &serial, action),
        Command::OpenIncident(details) => incidents::open(fleet, context, details),
        Command::PutIncident(key, details) => incidents::put(fleet, context, &key, details),
        Command::Attach(key, photograph) => incidents::attach(fleet, &key, photograph),
        Command::Report(key) => incidents::report(fleet, context, &key),
        Command::CloseIncident(key, outcome, note) => {
            incidents::close(fleet, context, &key, outcome, note)
        }
        Command::Raise(serial, kind) => alerts::raise(fleet, context, serial, kind),
        Command::End(serial, kind) => alerts::end(fleet, context, &serial, kind),
        Command::RaiseOnce(new) => alerts::raise_once(fleet, context, new),
        Command::EndAlert(key) => alerts::end_alert(fleet, context, &key),
        Command::Acknowledge(key) => alerts::acknowledge(fleet, context, &key),
        Command::Resolve(key, note) => alerts::resolve(fleet, context, &key, note),
        Command::PutWebhook(key, details, secret) => {
            alerts::put_webhook(fleet, key, details, secret)
        }
        Command::RemoveWebhook(key) => alerts::remove_webhook(fleet, &key),
        Command::IssueToken(details, hash) => access::issue_token(fleet, context, details, hash),
        Command::RevokeToken(key) => access::revoke_token(fleet, &key),
        Command::IssueCalendar(details, hash) => access::issue_calendar(fleet, details, hash),
        Command::RevokeCalendar(key) => access::revoke_calendar(fleet, &key),
    }
}
