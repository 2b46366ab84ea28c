//! Readiness: what a terminal lacks before it may take cards, and the party that owes it.

mod customer;
mod deployment;
mod next;
mod processor;
#[cfg(test)]
mod tests;
mod ticket;

use std::collections::BTreeSet;

pub use next::COMMANDS;
pub(crate) use next::for_terminal;
pub(crate) use ticket::too_few;
pub use ticket::{TerminalReadiness, Ticket, ticket};

use crate::activation_check::has_open_incident;
use crate::assignment;
use crate::context::{GatewayFacts, TerminalConfig};
use crate::fleet::Fleet;
use crate::moment::{Day, Moment};
use crate::order::Order;
use crate::processor::Party;
use crate::refusal::Reason;
use crate::site::{Customer, Person, Station};
use crate::tariff::TariffNeeds;
use crate::terminal::{Terminal, TerminalDetails};
use crate::text::{Key, StationId};

/// How long a terminal counts as online after its status was recorded, in milliseconds.
const ONLINE_FOR: u64 = 15 * 60 * 1_000;

/// The only reason that does not prevent the state "ready".
pub(crate) const NOT_SEEN_ONLINE: &str = "not-seen-online";

/// The inputs for the readiness of a terminal.
struct ReadinessContext<'a> {
    fleet: &'a Fleet,
    gateway: &'a GatewayFacts,
    now: Moment,
    today: Day,
    terminal: &'a Terminal,
}

/// Everything that a terminal lacks to take cards, with the party that owes it. Records with a date
/// in the future do not count.
#[must_use]
pub fn missing(
    fleet: &Fleet,
    gateway: &GatewayFacts,
    now: Moment,
    terminal: &Terminal,
) -> Vec<Reason> {
    let context = ReadinessContext {
        fleet,
        gateway,
        now,
        today: fleet.day(now, &terminal.details.site),
        terminal,
    };
    let owner = owner(fleet, terminal);
    let missing = [
        identity(&terminal.details),
        users(fleet, now, &terminal.details.users),
        configuration(&context),
        processor::missing(terminal, owner, now),
        licences(&context),
        deployment::checks(&context),
        deployment::storage(&context),
        customer::missing(owner, now, context.today),
        incident(&context),
        online(&context),
    ];
    let missing = missing.into_iter().flatten();
    missing
        .map(|it| for_terminal(fleet, terminal, it))
        .collect()
}

/// The customer that owns a terminal, by its order.
fn owner<'a>(fleet: &'a Fleet, terminal: &Terminal) -> Option<&'a Customer> {
    let order = fleet.get::<Order>(terminal.details.order.as_str())?;
    fleet.get::<Customer>(order.details.customer.as_str())
}

/// A reason that the customer owes.
fn by_customer(code: &str, text: impl Into<String>) -> Reason {
    Reason::new(code, text).owed_by(Party::Customer)
}

fn identity(details: &TerminalDetails) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if details.station.is_none() || details.connectors.is_empty() {
        let text = "say at which station the terminal is, and for which of its EVSEs";
        reasons.push(by_customer("station-unknown", text));
    }
    if details.sim.is_none() {
        let text = "say which SIM card the terminal has, or that it has none";
        reasons.push(by_customer("sim-unknown", text));
    }
    reasons
}

/// What the users of a terminal lack.
pub(crate) fn users(fleet: &Fleet, now: Moment, users: &[Key]) -> Vec<Reason> {
    if users.is_empty() {
        return vec![by_customer("no-users", "say who may use the terminal")];
    }
    let untrained = users.iter().filter(|key| {
        let person = fleet.get::<Person>(key.as_str());
        let training = person.and_then(|it| it.training.as_ref());
        training.is_none_or(|it| it.at > now)
    });
    let reason = |key: &Key| {
        let text = format!("train {key} in the handling of terminals, and put it on record");
        by_customer("user-untrained", text).at(format!("users/{key}"))
    };
    untrained.map(reason).collect()
}

fn configuration(context: &ReadinessContext<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let terminal = context.terminal;
    let by_platform = |code, text: String| Reason::new(code, text).owed_by(Party::Platform);
    let configured = context.gateway.configured.get(&terminal.serial);
    match (&terminal.details.charging, configured) {
        (Some(charging), _) => {
            match charging.needs(&context.gateway.minimum_capture) {
                Ok(needs) => reasons.extend(tariff(context, &needs)),
                Err(mistakes) => {
                    let mistakes = mistakes.into_iter().map(Reason::from);
                    reasons.extend(mistakes.map(|it| it.owed_by(Party::Platform)));
                }
            }
            let station = terminal.details.station.as_ref();
            if let Some(station) = station.filter(|it| !may_connect(context, it)) {
                let text = format!(
                    "say how the station {station} proves who it is: give it a password, or have it show a certificate"
                );
                reasons.push(by_platform("station-cannot-connect", text));
            }
        }
        (None, None) => {
            let text = "say how the terminal takes cards: its tariff and currency at least";
            reasons.push(by_platform("not-configured", text.to_owned()));
        }
        (None, Some(configured)) => {
            if configured.model != terminal.details.model {
                let [here, there] = [terminal.details.model, configured.model];
                let text = format!(
                    "the gateway's configuration says that it is a {}, and the records a {}: \
                     correct the one that is wrong",
                    there.traits().label,
                    here.traits().label
                );
                reasons.push(by_platform("model-differs", text));
            }
            reasons.extend(evses(&terminal.details, configured));
            reasons.extend(tariff(context, &configured.needs));
        }
    }
    if !context.gateway.issuers.contains(&terminal.processor) {
        let text = "say in the gateway's configuration who issues the receipts for this processor";
        reasons.push(by_platform("no-issuer", text.to_owned()));
    }
    reasons
}

fn may_connect(context: &ReadinessContext<'_>, station: &StationId) -> bool {
    let record = context.fleet.get::<Station>(station.as_str());
    record.is_some_and(Station::may_connect) || context.gateway.stations.contains(station)
}

/// Its tariff may not fit since the gateway was configured anew.
fn tariff(context: &ReadinessContext<'_>, needs: &TariffNeeds) -> Option<Reason> {
    let (fleet, terminal) = (context.fleet, context.terminal);
    let zone = assignment::zone(fleet, &terminal.details.site);
    let (tariffs, serial) = (&context.gateway.tariffs, terminal.serial.as_str());
    let misfit = assignment::misfit(fleet, tariffs, (serial, needs), &zone, context.now)?;
    let place = format!("tariffs/{}", needs.tariff);
    Some(Reason::from(misfit).at(place).owed_by(Party::Platform))
}

fn evses(details: &TerminalDetails, configured: &TerminalConfig) -> Option<Reason> {
    let station = details.station.as_ref()?;
    let here: BTreeSet<_> = details.connectors.iter().map(|it| (station, *it)).collect();
    let there: BTreeSet<_> = configured
        .evses
        .iter()
        .map(|(key, it)| (key, *it))
        .collect();
    if here == there {
        return None;
    }
    let list = |evses: BTreeSet<(&StationId, u32)>| match evses.is_empty() {
        true => "none".to_owned(),
        false => {
            let names = evses
                .iter()
                .map(|(key, connector)| format!("{key}/{connector}"));
            names.collect::<Vec<_>>().join(", ")
        }
    };
    let text = format!(
        "the gateway's configuration has EVSEs that the records have not, or the reverse ({} there, \
         {} here): correct the one that is wrong",
        list(there),
        list(here)
    );
    Some(Reason::new("evses-differ", text).owed_by(Party::Platform))
}

fn licences(context: &ReadinessContext<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let licences = &context.terminal.licences;
    if licences.activation.is_none() {
        let text = "assign a licence PAYMENT-TERMINAL-ACTIVATION to the terminal";
        reasons.push(by_customer("no-activation-licence", text));
    }
    if !licences.has_software(context.today) {
        let text = "assign a year of CPCLD-PAYMENT-TERMINAL-1 to the terminal";
        reasons.push(by_customer("no-software-licence", text));
    }
    reasons
}

fn incident(context: &ReadinessContext<'_>) -> Vec<Reason> {
    match has_open_incident(context.fleet, &context.terminal.serial) {
        false => Vec::new(),
        true => {
            let text = "an incident with the terminal is open: hand in what is missing of its \
                        report, and have it closed";
            vec![by_customer("incident-open", text)]
        }
    }
}

fn online(context: &ReadinessContext<'_>) -> Vec<Reason> {
    let status = context.gateway.statuses.get(&context.terminal.serial);
    let is_recent = |at: Moment| {
        context
            .now
            .millis_after(at)
            .is_some_and(|it| it <= ONLINE_FOR)
    };
    if status.is_some_and(|status| status.online && is_recent(status.at)) {
        return Vec::new();
    }
    let text = "the vendor has not shown the terminal online within the last 15 minutes: switch it \
                on and connect it to the internet";
    vec![by_customer(NOT_SEEN_ONLINE, text)]
}
