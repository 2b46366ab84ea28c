//! The command that comes next: it puts on record what is missing, or shows what is to be looked at.

use super::owner;
use crate::fleet::Fleet;
use crate::refusal::Reason;
use crate::terminal::Terminal;
use crate::text::quoted;

/// The commands by the codes of reasons. Names in braces are those of the terminal's records; words in capitals are the
/// operator's to replace. What is done elsewhere has none, such as switching a terminal on.
pub const COMMANDS: &[(&str, &str)] = &[
    (
        "station-unknown",
        "terminal put {serial} --station STATION --connectors 1",
    ),
    ("sim-unknown", "terminal put {serial} --sim none"),
    ("no-users", "terminal put {serial} --users PERSON"),
    ("user-untrained", "person train {user} --by TRAINER"),
    (
        "not-configured",
        "terminal put {serial} --charging-tariff TARIFF --charging-currency EUR",
    ),
    ("station-cannot-connect", "station password {station}"),
    ("no-such-tariff", "tariff list"),
    ("model-differs", "terminal show {serial}"),
    ("evses-differ", "terminal show {serial}"),
    ("no-activation-licence", "order license {order}"),
    ("no-software-licence", "order license {order}"),
    (
        "check-configured",
        "terminal check {serial} --check configured --by PERSON",
    ),
    (
        "check-casing",
        "terminal check {serial} --check casing --by PERSON",
    ),
    (
        "check-sticker",
        "terminal check {serial} --check sticker --by PERSON",
    ),
    (
        "check-power",
        "terminal check {serial} --check power --by PERSON",
    ),
    (
        "check-logo",
        "terminal check {serial} --check logo --by PERSON",
    ),
    (
        "check-internet",
        "terminal check {serial} --check internet --by PERSON",
    ),
    (
        "check-management",
        "terminal check {serial} --check management --by PERSON",
    ),
    (
        "check-inventory",
        "terminal check {serial} --check inventory --by PERSON",
    ),
    (
        "not-inspected-after-storage",
        "terminal inspect {serial} --occasion after-storage --done-by PERSON",
    ),
    (
        "not-inspected-before-storage",
        "terminal inspect {serial} --occasion before-storage --done-by PERSON",
    ),
    ("no-test-transaction", "terminal test {serial} --by PERSON"),
    (
        "terms-not-accepted",
        "customer accept-terms {customer} --edition EDITION --by PERSON",
    ),
    (
        "no-self-assessment",
        "customer assess {customer} --status pending",
    ),
    (
        "not-compliant",
        "customer assess {customer} --status compliant",
    ),
    (
        "self-assessment-over",
        "customer assess {customer} --status compliant",
    ),
    (
        "self-assessment-pending",
        "customer assess {customer} --status compliant",
    ),
    (
        "domain-missing",
        "terminal transfer {serial} --to {processor}",
    ),
    (
        "transfer-missing",
        "terminal transfer {serial} --to {processor}",
    ),
    (
        "transfer-number-missing",
        "terminal transfer-number {serial} --number NUMBER",
    ),
    ("transfer-incomplete", "terminal transfer-complete {serial}"),
    (
        "no-vendor-contract",
        "customer put {customer} --vendor-contract CONTRACT",
    ),
    (
        "no-vendor-domain",
        "customer put {customer} --vendor-domain DOMAIN",
    ),
    (
        "no-merchant",
        "customer put {customer} --merchant-acquirer ACQUIRER --merchant-id ID",
    ),
    ("routing-not-asked", "terminal routing-asked {serial}"),
    (
        "routing-not-confirmed",
        "terminal routing-confirmed {serial}",
    ),
    (
        "incident-open",
        "incident list --terminal {serial} --open true",
    ),
    ("suspend-first", "terminal suspend {serial} --reason REASON"),
    ("no-terminals", "order import {order} --file FILE"),
    (
        "too-few-activations",
        "order put {order} --activations NUMBER",
    ),
    (
        "too-few-software-years",
        "order put {order} --software-years NUMBER",
    ),
];

/// A reason with the command that comes next, if there is one for it. `names` are what is known of its records.
pub(super) fn with_command(reason: Reason, names: &[(&str, &str)]) -> Reason {
    let mut commands = COMMANDS.iter();
    let Some((_, command)) = commands.find(|(code, _)| *code == reason.code) else {
        return reason;
    };
    if reason.next.is_some() {
        return reason;
    }
    let command = names
        .iter()
        .fold((*command).to_owned(), |command, (name, value)| {
            command.replace(&format!("{{{name}}}"), value)
        });
    match command.contains('{') {
        true => reason,
        false => reason.next(&command),
    }
}

/// The same for a reason of a terminal.
pub(crate) fn for_terminal(fleet: &Fleet, terminal: &Terminal, reason: Reason) -> Reason {
    let customer = owner(fleet, terminal).map(|it| it.key.as_str());
    let user = reason
        .at
        .as_deref()
        .and_then(|it| it.strip_prefix("users/"));
    let user = user.map(str::to_owned);
    let mut names = vec![
        ("serial", terminal.serial.as_str()),
        ("order", terminal.details.order.as_str()),
        ("processor", terminal.processor.name()),
    ];
    let station = terminal.details.station.as_ref();
    let station = station.map(|it| quoted(it.as_str()));
    names.extend(station.as_deref().map(|it| ("station", it)));
    names.extend(customer.map(|it| ("customer", it)));
    names.extend(user.as_deref().map(|it| ("user", it)));
    with_command(reason, &names)
}
