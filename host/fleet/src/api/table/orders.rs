//! Routes for orders, activation tickets, vendor letters and imports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::Answer;
use super::super::body::Body;
use super::super::problem::Problem;
use super::super::query::Parameter;
use super::super::request::Request;
use super::super::route::{Route, Success};
use super::super::{Method, access_scope};
use super::onboarding::TransferRequest;
use crate::command::{Command, OrderAction};
use crate::fleet::{Change, Kind};
use crate::import;
use crate::maintenance::MaintenanceRecord;
use crate::order::{Order, OrderDetails};
use crate::readiness::{self, TerminalReadiness, Ticket};
use crate::refusal::Reason;
use crate::terminal::{Domain, State, Terminal, TerminalDetails};
use crate::text::{Key, Serial};
use crate::vendor_letters::{self, VendorLetter};

/// The maximum size of an import, in bytes.
const CSV_LIMIT: usize = 16 * 1024 * 1024;

/// A terminal to register.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Registration {
    /// Its serial number.
    serial: Serial,
    /// The details that the owner maintains.
    details: TerminalDetails,
    /// Its domain at the vendor.
    domain: Domain,
}

/// The number of terminals that were changed.
#[derive(Serialize, JsonSchema)]
struct Count {
    /// How many terminals were changed.
    terminals: usize,
}

/// What became of the terminals of an order that were to be activated.
#[derive(Serialize, JsonSchema)]
struct Activation {
    /// How many terminals take cards from now on.
    terminals: usize,
    /// Those that still take none, and what they lack.
    lacking: Vec<TerminalReadiness>,
}

/// The letters to send to the vendor.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "Notices")]
struct VendorLetters {
    /// One letter for each request to the vendor.
    items: Vec<VendorLetter>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::list::<Order>("/orders", |request, it| {
            let customer: Option<Key> = request.query.get("customer");
            customer.is_none_or(|customer| it.details.customer == customer)
        })
        .with([Parameter::new::<Key>(
            "customer",
            "Only those of this customer",
        )])
        .named("order", "list", "List orders")
        .columns(&[
            ("ORDER", "/key"),
            ("CUSTOMER", "/details/customer"),
            ("ORIGIN", "/details/origin"),
            ("PROCESSOR", "/details/processor"),
            ("WANTED BY", "/details/wanted_by"),
        ]),
        Route::one::<Order>("/orders/{order}").named("order", "show", "Show an order"),
        Route::put::<Order, OrderDetails>("/orders/{order}", |request| {
            Ok(Command::PutOrder(request.key(0)?, request.body()?))
        })
        .named("order", "put", "Put an order on record, or change it"),
        Route::read::<Ticket>("/orders/{order}/ticket", ticket)
            .on::<Order>()
            .named(
                "order",
                "ticket",
                "Show what an order still lacks, and who owes it",
            ),
        Route::read::<VendorLetters>("/orders/{order}/notices", letters_of)
            .on::<Order>()
            .named(
                "order",
                "notices",
                "Show the notices to the vendor that an order needs",
            ),
        Route::create::<Terminal, Registration>("/orders/{order}/terminals", register)
            .on::<Order>()
            .named("order", "register", "Put a terminal of an order on record"),
        counted("/orders/{order}/import", |request| {
            let order = request.key(0)?;
            let rows = import::parse(request.call.body, &order).map_err(Problem::invalid)?;
            Ok(Command::Import(order, rows))
        })
        .with_body(Body::Csv, CSV_LIMIT)
        .named(
            "order",
            "import",
            "Put many terminals of an order on record from CSV: all or none",
        ),
        counted("/orders/{order}/licences", |request| {
            on_order(request, OrderAction::License)
        })
        .named(
            "order",
            "license",
            "Assign licences of an order to all its terminals that lack them",
        ),
        counted("/orders/{order}/checks", |request| {
            on_order(request, OrderAction::Check(request.body()?))
        })
        .with_json::<MaintenanceRecord>()
        .named(
            "order",
            "check",
            "Put all checks before deployment on record that terminals of an order lack",
        ),
        counted("/orders/{order}/routing/asked", |request| {
            on_order(request, OrderAction::AskRouting)
        })
        .named(
            "order",
            "routing-asked",
            "Put on record that the vendor was asked to re-route the terminals of an order",
        ),
        counted("/orders/{order}/routing/confirmed", |request| {
            on_order(request, OrderAction::ConfirmRouting)
        })
        .named(
            "order",
            "routing-confirmed",
            "Put on record that the vendor re-routed the terminals of an order",
        ),
        counted("/orders/{order}/transfer", |request| {
            let TransferRequest { to } = request.body()?;
            on_order(request, OrderAction::BeginTransfer(to))
        })
        .with_json::<TransferRequest>()
        .named(
            "order",
            "transfer",
            "Begin to transfer the terminals of an order to another domain and processor",
        ),
        counted("/orders/{order}/transfer/complete", |request| {
            on_order(request, OrderAction::CompleteTransfer)
        })
        .named(
            "order",
            "transfer-complete",
            "Put on record that the vendor transferred the terminals of an order",
        ),
        Route::action::<Order>(Method::Post, "/orders/{order}/activate", |request| {
            on_order(request, OrderAction::Activate)
        })
        .giving(Success::json::<Activation>(&[200]))
        .then(activation)
        .named(
            "order",
            "activate",
            "Let all terminals of an order take cards that lack nothing, and show what the others lack",
        ),
    ]
}

/// The command for an action on the terminals of the order that the path names.
fn on_order(request: &Request<'_>, action: OrderAction) -> Result<Command, Problem> {
    Ok(Command::Order(request.key(0)?, action))
}

/// An action on many terminals at once, answered with their number.
fn counted(path: &'static str, command: fn(&Request<'_>) -> Result<Command, Problem>) -> Route {
    Route::action::<Order>(Method::Post, path, command)
        .giving(Success::json::<Count>(&[200]))
        .then(count)
}

fn count(_: &Request<'_>, changes: &[Change]) -> Result<Answer, Problem> {
    let terminals = changes.iter().filter(|it| it.kind == Kind::Terminal);
    let terminals = terminals.count();
    Ok(Answer::json(200, &Count { terminals }))
}

fn activation(request: &Request<'_>, changes: &[Change]) -> Result<Answer, Problem> {
    let order = &request.record::<Order>()?.value;
    let is_activated = |it: &TerminalReadiness| {
        let mut activated = changes.iter().filter(|it| it.kind == Kind::Terminal);
        activated.any(|change| change.key == it.serial.as_str())
    };
    let context = request.context;
    let ticket = readiness::ticket(request.fleet, context.gateway, context.now, order);
    let (activated, others): (Vec<_>, Vec<_>) =
        ticket.terminals.into_iter().partition(is_activated);
    let lacking = others
        .into_iter()
        .filter(|it| it.state != State::Activated && request.access().includes(&it.site));
    let activation = Activation {
        terminals: activated.len(),
        lacking: lacking.collect(),
    };
    Ok(Answer::json(200, &activation))
}

fn ticket(request: &Request<'_>) -> Result<Answer, Problem> {
    let (order, context) = (&request.record::<Order>()?.value, request.context);
    let mut ticket = readiness::ticket(request.fleet, context.gateway, context.now, order);
    ticket
        .terminals
        .retain(|it| request.access().includes(&it.site));
    Ok(Answer::json(200, &ticket))
}

fn letters_of(request: &Request<'_>) -> Result<Answer, Problem> {
    let order = &request.record::<Order>()?.value;
    let fleet = access_scope::with_terminals_within(request.fleet, request.access());
    let items = vendor_letters::letters(&fleet, order);
    Ok(Answer::json(200, &VendorLetters { items }))
}

fn register(request: &Request<'_>) -> Result<Command, Problem> {
    let Registration {
        serial,
        details,
        domain,
    } = request.body()?;
    let order: Key = request.key(0)?;
    if details.order != order {
        let reason = Reason::new(
            "other-order",
            format!("the address names the order {order}"),
        );
        return Err(Problem::invalid(vec![reason.at("details.order")]));
    }
    Ok(Command::Register(serial, details, domain))
}
