//! Routes for terminals: their details, maintenance records and lifecycle.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::Method;
use super::super::problem::Problem;
use super::super::query::Parameter;
use super::super::request::Request;
use super::super::route::{Route, STAFF, SUPPORT};
use crate::command::{Command, TerminalAction};
use crate::maintenance::{Check, Inspection, MaintenanceRecord};
use crate::model::Model;
use crate::moment::Moment;
use crate::processor::Party;
use crate::site::Site;
use crate::terminal::{State, Terminal, TerminalDetails};
use crate::text::{Key, Line};

/// A check before deployment that was passed.
#[derive(Deserialize, JsonSchema)]
#[serde(rename = "Checked", deny_unknown_fields)]
struct CheckReport {
    /// The check.
    check: Check,
    /// When.
    at: Moment,
    /// The person who did it.
    by: Key,
}

/// The reason for an action.
#[derive(Deserialize, JsonSchema)]
#[serde(rename = "Because", deny_unknown_fields)]
struct ActionReason {
    /// The reason.
    reason: Line,
}

/// The return of a terminal to the vendor.
#[derive(Deserialize, JsonSchema)]
#[serde(rename = "SentBack", deny_unknown_fields)]
struct ReturnRequest {
    /// The reason.
    reason: Line,
    /// The party that verified the return.
    verified_by: Party,
}

pub(super) fn routes() -> Vec<Route> {
    let mut routes = records();
    routes.extend(maintenance());
    routes.extend(lifecycle());
    routes
}

fn records() -> Vec<Route> {
    vec![
        Route::list::<Terminal>("/terminals", matches_query)
            .with([
                Parameter::new::<State>("state", "Only those in this state"),
                Parameter::new::<Key>("site", "Only those at this site"),
                Parameter::new::<Key>("order", "Only those of this order"),
                Parameter::new::<Model>("model", "Only those of this model"),
                Parameter::new::<Key>("customer", "Only those at this customer's sites"),
            ])
            .named("terminal", "list", "List terminals")
            .columns(&[
                ("SERIAL", "/serial"),
                ("MODEL", "/details/model"),
                ("SITE", "/details/site"),
                ("STATION", "/details/station"),
                ("STATE", "/state"),
                ("ONLINE", "/seen/online"),
                ("MISSING", "/missing"),
            ]),
        Route::one::<Terminal>("/terminals/{serial}").named(
            "terminal",
            "show",
            "Show a terminal, and what it lacks",
        ),
        Route::put_anew::<Terminal, TerminalDetails>("/terminals/{serial}", |request| {
            Ok(Command::PutTerminal(request.key(0)?, request.body()?))
        })
        .named("terminal", "put", "Change what is said of a terminal"),
    ]
}

fn matches_query(request: &Request<'_>, it: &Terminal) -> bool {
    let (details, query) = (&it.details, &request.query);
    let customer = |customer: Key| {
        let site = request.fleet.get::<Site>(details.site.as_str());
        site.is_some_and(|site| site.details.customer == customer)
    };
    query
        .get("state")
        .is_none_or(|state: State| it.state == state)
        && query
            .get("site")
            .is_none_or(|site: Key| details.site == site)
        && query
            .get("order")
            .is_none_or(|order: Key| details.order == order)
        && query
            .get("model")
            .is_none_or(|model: Model| details.model == model)
        && query.get("customer").is_none_or(customer)
}

fn maintenance() -> Vec<Route> {
    vec![
        terminal_action("/terminals/{serial}/checks", |request| {
            let CheckReport { check, at, by } = request.body()?;
            terminal_command(
                request,
                TerminalAction::Check(check, MaintenanceRecord { at, by }),
            )
        })
        .with_json::<CheckReport>()
        .by(STAFF)
        .named(
            "terminal",
            "check",
            "Put a check before deployment on record",
        ),
        terminal_action("/terminals/{serial}/inspections", |request| {
            terminal_command(request, TerminalAction::Inspect(request.body()?))
        })
        .with_json::<Inspection>()
        .by(STAFF)
        .named(
            "terminal",
            "inspect",
            "Put an inspection on record: a finding opens an incident",
        ),
        terminal_action("/terminals/{serial}/charges", |request| {
            terminal_command(request, TerminalAction::Charge(request.body()?))
        })
        .with_json::<MaintenanceRecord>()
        .by(STAFF)
        .named(
            "terminal",
            "charge",
            "Put on record that a battery was charged",
        ),
        terminal_action("/terminals/{serial}/tests", |request| {
            terminal_command(request, TerminalAction::Test(request.body()?))
        })
        .with_json::<MaintenanceRecord>()
        .by(STAFF)
        .named("terminal", "test", "Put a test transaction on record"),
    ]
}

fn lifecycle() -> Vec<Route> {
    let activate = terminal_action("/terminals/{serial}/activate", |request| {
        terminal_command(request, TerminalAction::Activate)
    });
    vec![
        terminal_action("/terminals/{serial}/ready", |request| {
            terminal_command(request, TerminalAction::Ready)
        })
        .named(
            "terminal",
            "ready",
            "Say that nothing is missing but activation",
        ),
        Route {
            polled_terminal: Some(0),
            ..activate
        }
        .named(
            "terminal",
            "activate",
            "Let a terminal take cards, once it is seen online at the vendor",
        ),
        terminal_action("/terminals/{serial}/store", |request| {
            terminal_command(request, TerminalAction::Store)
        })
        .by(STAFF)
        .named("terminal", "store", "Put a terminal into storage"),
        terminal_action("/terminals/{serial}/unstore", |request| {
            terminal_command(request, TerminalAction::Unstore)
        })
        .by(STAFF)
        .named("terminal", "unstore", "Take a terminal out of storage"),
        terminal_action("/terminals/{serial}/suspend", |request| {
            let ActionReason { reason } = request.body()?;
            terminal_command(request, TerminalAction::Suspend(reason))
        })
        .with_json::<ActionReason>()
        .by(SUPPORT)
        .named("terminal", "suspend", "Let a terminal take no cards"),
        terminal_action("/terminals/{serial}/return", |request| {
            let ReturnRequest {
                reason,
                verified_by,
            } = request.body()?;
            terminal_command(request, TerminalAction::Return(reason, verified_by))
        })
        .with_json::<ReturnRequest>()
        .named("terminal", "return", "Send a terminal back to the vendor"),
        terminal_action("/terminals/{serial}/receive", |request| {
            terminal_command(request, TerminalAction::Receive)
        })
        .named(
            "terminal",
            "receive",
            "Take a terminal back from the vendor",
        ),
        terminal_action("/terminals/{serial}/retire", |request| {
            let ActionReason { reason } = request.body()?;
            terminal_command(request, TerminalAction::Retire(reason))
        })
        .with_json::<ActionReason>()
        .named("terminal", "retire", "Never use a terminal again"),
    ]
}

/// A route for an action on the terminal that the path names.
pub(super) fn terminal_action(
    path: &'static str,
    command: fn(&Request<'_>) -> Result<Command, Problem>,
) -> Route {
    Route::action::<Terminal>(Method::Post, path, command)
}

/// The command for an action on the terminal that the path names.
pub(super) fn terminal_command(
    request: &Request<'_>,
    action: TerminalAction,
) -> Result<Command, Problem> {
    Ok(Command::Terminal(request.key(0)?, action))
}
