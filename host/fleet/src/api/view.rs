//! Records as the interface shows them: without secrets.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::request::Request;
use crate::access::{Calendar, CalendarDetails, Token, TokenDetails};
use crate::alert::{Alert, Webhook, WebhookDetails};
use crate::assignment;
use crate::context::StatusRecord;
use crate::credential::PasswordState;
use crate::fleet::{Item, Record, Versioned};
use crate::incident::Incident;
use crate::moment::{LocalTime, Moment};
use crate::order::Order;
use crate::processor::Parts;
use crate::readiness;
use crate::refusal::Reason;
use crate::site::{Customer, Person, Site, Station, StationDetails};
use crate::tariff::{Tariff, TariffForm};
use crate::terminal::Terminal;
use crate::text::{Key, StationId};

/// A kind of record that the interface shows.
pub(super) trait RecordView: Record + 'static {
    /// The path of its list, under `/api/v1/`.
    const PATH: &'static str;

    /// The record without its secrets.
    type View: Serialize + JsonSchema;

    /// The record with its version and computed fields.
    type Response: Serialize + JsonSchema;

    fn view(&self) -> Self::View;

    fn response(versioned: &Versioned<Self>, request: &Request<'_>) -> Self::Response;
}

/// JSON of a record, with its ETag.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Versioned{T}")]
pub(super) struct VersionedView<T> {
    /// Its version: what its ETag says.
    version: u64,
    #[serde(flatten)]
    record: T,
}

macro_rules! record_views {
    ($($kind:ident $path:literal $view:ty, |$it:ident| $shown:expr;)*) => {
        $(
            impl RecordView for $kind {
                const PATH: &'static str = $path;
                type View = $view;
                type Response = VersionedView<$view>;

                fn view(&self) -> $view {
                    let $it = self;
                    $shown
                }

                fn response(versioned: &Versioned<Self>, _: &Request<'_>) -> Self::Response {
                    VersionedView {
                        version: versioned.version,
                        record: versioned.value.view(),
                    }
                }
            }
        )*
    };
}

record_views! {
    Customer "customers" Self, |it| it.clone();
    Site "sites" Self, |it| it.clone();
    Station "stations" StationView, |it| StationView::of(it);
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
    type Response = TerminalView;

    fn view(&self) -> Self {
        self.clone()
    }

    fn response(versioned: &Versioned<Self>, request: &Request<'_>) -> TerminalView {
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

impl RecordView for Tariff {
    const PATH: &'static str = "tariffs";
    type View = Self;
    type Response = TariffView;

    fn view(&self) -> Self {
        self.clone()
    }

    fn response(versioned: &Versioned<Self>, request: &Request<'_>) -> TariffView {
        let (it, context) = (&versioned.value, request.context);
        let terminals = assignment::terminals(request.fleet, context.gateway, &it.key);
        let zones = assignment::zones(request.fleet, &terminals);
        let (details, now) = (&it.details, context.now);
        let begun = details.begun(now, &zones).last();
        TariffView {
            version: versioned.version,
            terminals: terminals.len(),
            current: begun.map_or_else(|| details.prices.clone(), |it| it.prices.clone()),
            next_change: details.next(now, &zones).map(|it| it.from),
            tariff: it.view(),
        }
    }
}

/// A tariff with what counts of it now.
#[derive(Serialize, JsonSchema)]
pub(super) struct TariffView {
    /// Its version: what its ETag says.
    version: u64,
    /// How many terminals have it.
    terminals: usize,
    /// The prices that count now. While a change has begun at some of its sites only, those from before it.
    current: TariffForm,
    /// When the next change begins, by the time at each site.
    next_change: Option<LocalTime>,
    #[serde(flatten)]
    tariff: Tariff,
}

/// A terminal with its readiness and its status at the vendor.
#[derive(Serialize, JsonSchema)]
pub(super) struct TerminalView {
    /// Its version: what its ETag says.
    version: u64,
    /// The reasons why it cannot be activated.
    missing: Vec<Reason>,
    /// The parties responsible for its sessions.
    parts: Parts,
    /// Its status at the vendor, as last recorded.
    #[serde(rename = "seen")]
    status: Option<StatusRecord>,
    #[serde(flatten)]
    terminal: Terminal,
}

/// A station, without its passwords.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Station")]
pub(super) struct StationView {
    /// Its identity, with which it connects.
    key: StationId,
    /// Its details.
    details: StationDetails,
    /// When its password on record was changed; absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<PasswordState>,
}

impl StationView {
    fn of(it: &Station) -> Self {
        Self {
            key: it.key.clone(),
            details: it.details.clone(),
            password: it.credential.as_ref().map(PasswordState::from),
        }
    }
}

/// A webhook, without its secret.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Webhook")]
pub(super) struct WebhookView {
    /// Its key.
    pub(super) key: Key,
    /// Its address.
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
    /// Its key; the audit log names it by this.
    key: Key,
    /// Its holder, permissions and sites.
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
    /// Its key; the audit log names it by this.
    key: Key,
    /// Its holder and sites.
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

/// A record as the audit log shows it: without secrets.
#[must_use]
pub fn view(item: &Item) -> Value {
    match item {
        Item::Customer(it) => json(&it.view()),
        Item::Site(it) => json(&it.view()),
        Item::Station(it) => json(&it.view()),
        Item::StationOperation(it) => json(it),
        Item::BundleSwap(it) => json(it),
        Item::Tariff(it) => json(&it.view()),
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
    // This cannot fail: only maps with keys other than strings do.
    serde_json::to_value(view).unwrap_or_default()
}
