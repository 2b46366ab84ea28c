//! How records are shown: without what is secret.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::request::Request;
use crate::access::{Calendar, CalendarDetails, Token, TokenDetails};
use crate::alert::{Alert, Webhook, WebhookDetails};
use crate::context::StatusRecord;
use crate::fleet::{Item, Record, Versioned};
use crate::incident::Incident;
use crate::moment::Moment;
use crate::order::Order;
use crate::processor::Parts;
use crate::readiness;
use crate::refusal::Reason;
use crate::site::{Customer, Person, Site, Station};
use crate::terminal::Terminal;
use crate::text::Key;

/// A kind of records that is shown.
pub(super) trait RecordView: Record + 'static {
    /// Where they are, under `/api/v1/`.
    const PATH: &'static str;

    /// A record without what is secret.
    type View: Serialize + JsonSchema;

    /// A record with its version, and what is said besides.
    type Shown: Serialize + JsonSchema;

    fn view(&self) -> Self::View;

    fn shown(versioned: &Versioned<Self>, request: &Request<'_>) -> Self::Shown;
}

/// A record with its version.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Versioned{T}")]
pub(super) struct VersionedView<T> {
    /// Its version: what its ETag says.
    version: u64,
    #[serde(flatten)]
    record: T,
}

macro_rules! viewed {
    ($($kind:ident $path:literal $view:ty, |$it:ident| $shown:expr;)*) => {
        $(
            impl RecordView for $kind {
                const PATH: &'static str = $path;
                type View = $view;
                type Shown = VersionedView<$view>;

                fn view(&self) -> $view {
                    let $it = self;
                    $shown
                }

                fn shown(versioned: &Versioned<Self>, _: &Request<'_>) -> Self::Shown {
                    VersionedView {
                        version: versioned.version,
                        record: versioned.value.view(),
                    }
                }
            }
        )*
    };
}

viewed! {
    Customer "customers" Self, |it| it.clone();
    Site "sites" Self, |it| it.clone();
    Station "stations" Self, |it| it.clone();
    Person "people" Self, |it| it.clone();
    Order "orders" Self, |it| it.clone();
    Incident "incidents" Self, |it| it.clone();
    Alert "alerts" Self, |it| it.clone();
    Webhook "webhooks" WebhookView, |it| WebhookView::of(it);
    Token "tokens" TokenView, |it| TokenView::of(it);
    Calendar "calendars" CalendarView, |it| CalendarView::of(it);
}

impl RecordView for Terminal {
    const PATH: &'static str = "terminals";
    type View = Self;
    type Shown = TerminalView;

    fn view(&self) -> Self {
        self.clone()
    }

    fn shown(versioned: &Versioned<Self>, request: &Request<'_>) -> TerminalView {
        let (it, context) = (&versioned.value, request.context);
        TerminalView {
            version: versioned.version,
            missing: readiness::missing(request.fleet, context.gateway, context.now, it),
            parts: it.processor.parts(it.origin),
            status: context.gateway.statuses.get(&it.serial).cloned(),
            terminal: it.view(),
        }
    }
}

/// A terminal, and how it stands.
#[derive(Serialize, JsonSchema)]
pub(super) struct TerminalView {
    /// Its version: what its ETag says.
    version: u64,
    /// What it lacks to be activated.
    missing: Vec<Reason>,
    /// Who does what for its sessions.
    parts: Parts,
    /// What was seen of it at the vendor.
    #[serde(rename = "seen")]
    status: Option<StatusRecord>,
    #[serde(flatten)]
    terminal: Terminal,
}

/// An address that alerts are sent to.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Webhook")]
pub(super) struct WebhookView {
    /// What names it.
    pub(super) key: Key,
    /// Where it sends.
    pub(super) details: WebhookDetails,
}

impl WebhookView {
    fn of(it: &Webhook) -> Self {
        Self {
            key: it.key.clone(),
            details: it.details.clone(),
        }
    }
}

/// A bearer token, without its secret.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Token")]
pub(super) struct TokenView {
    /// What names it in the audit log.
    key: Key,
    /// What its bearer may do, and where.
    details: TokenDetails,
    /// When it was issued.
    issued: Moment,
}

impl TokenView {
    fn of(it: &Token) -> Self {
        Self {
            key: it.key.clone(),
            details: it.details.clone(),
            issued: it.issued,
        }
    }
}

/// A calendar, without its address.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Calendar")]
pub(super) struct CalendarView {
    /// What names it in the audit log.
    key: Key,
    /// What it is for.
    details: CalendarDetails,
}

impl CalendarView {
    fn of(it: &Calendar) -> Self {
        Self {
            key: it.key.clone(),
            details: it.details.clone(),
        }
    }
}

/// A record as the audit log shows it: without what is secret.
#[must_use]
pub fn view(item: &Item) -> Value {
    match item {
        Item::Customer(it) => json(&it.view()),
        Item::Site(it) => json(&it.view()),
        Item::Station(it) => json(&it.view()),
        Item::Person(it) => json(&it.view()),
        Item::Order(it) => json(&it.view()),
        Item::Terminal(it) => json(&it.view()),
        Item::Incident(it) => json(&it.view()),
        Item::Alert(it) => json(&it.view()),
        Item::Webhook(it) => json(&it.view()),
        Item::Token(it) => json(&it.view()),
        Item::Calendar(it) => json(&it.view()),
    }
}

fn json(view: &impl Serialize) -> Value {
    // Only a map whose keys are no texts can fail, and there is none.
    serde_json::to_value(view).unwrap_or_default()
}
