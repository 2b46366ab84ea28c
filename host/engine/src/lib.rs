//! The engine: what a Chargetap host does, whichever runtime it lives in.
//!
//! It applies events to sessions, executes the commands that come out of them, arms the terminals, and
//! answers the HTTP requests. It decides nothing about money (the components do) and moves no bytes
//! itself: sockets, files, the database and the components are reached through
//! [`Platform`](platform::Platform), which a host implements once.
//!
//! Everything that changes a session goes through `sessions/apply.rs`: taps, outcomes of commands, reports of
//! stations, deadlines and requests of people.
//!
//! A full disk: callbacks are answered 503 and stations by an error. Both repeat. Many stations
//! do not repeat a status: the host keeps the last one of each connector, and tells it again.
//!
//! # The path of a tap
//!
//! | step | file                         | what happens                                               |
//! |------|------------------------------|------------------------------------------------------------|
//! | 1    | `terminals/arming.rs`        | the terminal is sent its prompt (`terminals/prompt.rs`), with a callback URL minted for it |
//! | 2    | `router.rs`, `callbacks.rs`  | the tap comes in as a callback, and is verified            |
//! | 3    | `sessions/card.rs`           | it begins a session, or stops the one that the card began  |
//! | 4    | `sessions/apply.rs`          | `session-orchestrator` decides                             |
//! | 5    | `store/events.rs`            | event, state, commands and deadline are stored in one statement; only then is the callback acknowledged |
//! | 6    | `sessions/execute.rs`        | the commands are claimed from `store/outbox.rs` and executed |
//! | 7    | `payter.rs`, the platform    | money is held, captured or voided; a station starts or stops |
//! | 8    | `receipts/issue.rs`          | the receipt is stored, and `terminals/display.rs` tells the driver |
//!
//! The outcome of a command is an event again (step 4). So is what stations report
//! (`stations/reports.rs`), what operators ask for (`sessions/operator_requests.rs`), and a
//! deadline that passes (`sessions/deadlines.rs`).
//!
//! # The run loop
//!
//! A host calls, each in a loop of its own:
//!
//! | when                                              | call                                      |
//! |---------------------------------------------------|-------------------------------------------|
//! | at the start, once                                | [`Gateway::open`], [`Gateway::recover`]   |
//! | [`Work::Outbox`](platform::Work) was notified, and every 5 s | [`Gateway::claim`] until there is nothing; [`Gateway::execute`] for each, several of each [`Lane`] at once |
//! | every 250 ms                                      | [`Gateway::tick`], or [`Gateway::follow`] where another of several [`processes`] leads |
//! | every 5 s                                         | [`Gateway::arm_terminals`], then [`Gateway::housekeep`] |
//! | soon after [`Work::Terminal`](platform::Work) was notified | [`Gateway::arm_terminal`]                 |
//! | every second                                      | [`Gateway::deliver_alert`] until it is `false` |
//! | an HTTP request arrives                           | [`Gateway::handle`]                       |
//! | a station reports, before the station is answered | [`Gateway::station_started`], [`Gateway::station_read`], [`Gateway::station_stopped`], [`Gateway::station_transaction`], [`Gateway::station_status`], [`Gateway::station_booted`], [`Gateway::station_authorizes`] |
//! | a station connects, or its connection ends        | [`Gateway::station_connected`], [`Gateway::station_disconnected`] |
//! | a station can show tariffs                        | [`Gateway::station_tariffs`]              |
//! | every 5 s                                         | [`Gateway::tend_stations`]                |
//!
//! Longer intervals lose nothing: drivers wait longer. Under Spin one request to `/tick` does all of it.
//!
//! # Example
//!
//! A host with SQLite; its HTTP client and its stations are left to you.
//!
//! ```
//! use std::sync::{Arc, Mutex, PoisonError};
//! use std::time::Duration;
//!
//! use chargetap_engine::config::Config;
//! use chargetap_engine::http::{Method, ProviderRequest, ProviderResponse, Request, SendError};
//! use chargetap_engine::platform::{
//!     Bundles, Components, Database, DatabaseError, Metric, Platform, Row, StationAnswer, StationLink, StationOrder,
//!     Value, Work,
//! };
//! use chargetap_engine::{EngineError, Gateway, Lane, Secrets};
//! use tokio::sync::Notify;
//!
//! /// `C` is `Plugins` of the crate `chargetap-plugins`, or any other way to call the components.
//! struct Host<C> {
//!     components: C,
//!     database: Mutex<rusqlite::Connection>,
//!     outbox: Notify,
//!     began: std::time::Instant,
//! }
//!
//! /// It is deployed anew to have other components.
//! impl<C> Bundles for Host<C> {}
//!
//! impl<C: Components + Send + Sync + 'static> Platform for Host<C> {
//!     type Components = C;
//!
//!     fn components(&self) -> &C {
//!         &self.components
//!     }
//!
//!     fn now(&self) -> u64 {
//!         let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
//!         since.map_or(0, |since| since.as_millis() as u64)
//!     }
//!
//!     fn elapsed(&self) -> u64 {
//!         self.began.elapsed().as_millis() as u64
//!     }
//!
//!     fn random(&self) -> [u8; 16] {
//!         rand::random()
//!     }
//!
//!     fn count(&self, metric: Metric, label: &str) {
//!         println!("{metric} {label}"); // your metrics
//!     }
//!
//!     fn notify(&self, work: Work<'_>) {
//!         match work {
//!             Work::Outbox => self.outbox.notify_one(),
//!             Work::Terminal(_serial) => {} // the loop below arms all of them every 5 s
//!         }
//!     }
//!
//!     async fn send(
//!         &self,
//!         request: ProviderRequest,
//!         timeout_ms: u64,
//!     ) -> Result<ProviderResponse, SendError> {
//!         // Your HTTP client. `NotSent` only where the request certainly did not leave.
//!         let reason = format!("{} within {timeout_ms} ms: no HTTP client", request.method);
//!         Err(SendError::NotSent(reason))
//!     }
//!
//!     async fn order(&self, _station: &str, order: StationOrder) -> StationAnswer {
//!         // Your stations. `Unknown` where the answer was lost.
//!         match order {
//!             StationOrder::Start { connector: _, id_tag: _ } => StationAnswer::NotConnected,
//!             StationOrder::Stop { .. } => StationAnswer::NotConnected,
//!             _ => StationAnswer::NotConnected, // what people have stations do
//!         }
//!     }
//!
//!     async fn station_connected_for(&self, _station: &str) -> Option<u64> {
//!         None // none is connected
//!     }
//!
//!     async fn station_link(&self, _station: &str) -> StationLink {
//!         StationLink::default() // messages and the like, for people to see
//!     }
//! }
//!
//! impl<C: Send + Sync> Database for Host<C> {
//!     async fn query(
//!         &self,
//!         statement: &'static str,
//!         parameters: Vec<Value>,
//!     ) -> Result<Vec<Row>, DatabaseError> {
//!         let connection = self.database.lock().unwrap_or_else(PoisonError::into_inner);
//!         rows(&connection, statement, parameters).map_err(|error| match error.sqlite_error_code() {
//!             Some(rusqlite::ErrorCode::ConstraintViolation) => {
//!                 DatabaseError::Constraint(error.to_string())
//!             }
//!             _ => DatabaseError::Unavailable(error.to_string()),
//!         })
//!     }
//! }
//!
//! fn rows(
//!     connection: &rusqlite::Connection,
//!     statement: &str,
//!     parameters: Vec<Value>,
//! ) -> rusqlite::Result<Vec<Row>> {
//!     use rusqlite::types::Value as Sqlite;
//!     let parameters = parameters.into_iter().map(|value| match value {
//!         Value::Null => Sqlite::Null,
//!         Value::Integer(number) => Sqlite::Integer(number),
//!         Value::Text(text) => Sqlite::Text(text),
//!         Value::Blob(bytes) => Sqlite::Blob(bytes),
//!     });
//!     let mut prepared = connection.prepare_cached(statement)?;
//!     let columns = prepared.column_count();
//!     let mut found = prepared.query(rusqlite::params_from_iter(parameters))?;
//!     let mut rows = Vec::new();
//!     while let Some(row) = found.next()? {
//!         let value = |column| {
//!             Ok(match row.get(column)? {
//!                 Sqlite::Integer(number) => Value::Integer(number),
//!                 Sqlite::Text(text) => Value::Text(text),
//!                 Sqlite::Blob(bytes) => Value::Blob(bytes),
//!                 Sqlite::Null | Sqlite::Real(_) => Value::Null, // the engine stores no fractions
//!             })
//!         };
//!         rows.push((0..columns).map(value).collect::<rusqlite::Result<_>>()?);
//!     }
//!     Ok(rows)
//! }
//!
//! async fn run(components: impl Components + Send + Sync + 'static) -> Result<(), EngineError> {
//!     let text = include_str!("../../gateway/examples/chargetap.toml");
//!     let config = Config::parse(text).expect("the example is good");
//!     let database = rusqlite::Connection::open("chargetap.db").expect("a folder to write to");
//!     let host = Host {
//!         components,
//!         database: Mutex::new(database),
//!         outbox: Notify::new(),
//!         began: std::time::Instant::now(),
//!     };
//!     let card_key = Some("the last of the callback keys".into());
//!     let secrets = Secrets { payter_key: "Payter's API key".into(), card_key };
//!     let gateway = Arc::new(Gateway::open(host, config, secrets).await?);
//!     gateway.recover().await?;
//!
//!     tokio::spawn(execute(gateway.clone()));
//!     let terminals = gateway.clone();
//!     tokio::spawn(async move {
//!         loop {
//!             terminals.arm_terminals().await;
//!             terminals.housekeep().await;
//!             tokio::time::sleep(Duration::from_secs(5)).await;
//!         }
//!     });
//!     // Your HTTP server does this with each request.
//!     let request = Request { method: Method::GET, path: "/readyz".into(), ..Request::default() };
//!     assert_eq!(gateway.handle(request, Vec::new()).await.status, 200);
//!     loop {
//!         gateway.tick().await?;
//!         while gateway.deliver_alert().await? {}
//!         tokio::time::sleep(Duration::from_millis(250)).await;
//!     }
//! }
//!
//! async fn execute<C: Components + Send + Sync + 'static>(gateway: Arc<Gateway<Host<C>>>) {
//!     loop {
//!         while let Ok(Some(execution)) = gateway.claim(&Lane::ALL).await {
//!             if let Err(error) = gateway.execute(execution).await {
//!                 eprintln!("a command's outcome could not be stored: {error}");
//!             }
//!         }
//!         let notified = gateway.platform().outbox.notified();
//!         let _ = tokio::time::timeout(Duration::from_secs(5), notified).await;
//!     }
//! }
//! # fn main() {}
//! ```

pub mod bridge;
pub mod config;
pub mod copies;
pub mod http;
pub mod platform;
pub mod postgres;
pub mod processes;
pub mod verification;

mod callbacks;
mod clock;
mod error;
mod event;
mod fleet;
mod gateway;
mod id;
mod interval;
mod labels;
mod lifecycle;
mod local_time;
mod maybe_send;
mod payter;
mod rate_limit;
mod readiness;
mod receipts;
mod refund;
mod retention;
mod router;
mod sessions;
mod stations;
mod store;
mod terminals;
mod terms;
#[cfg(test)]
mod test_host;

pub use error::EngineError;
pub use event::EventOutcome;
pub use fleet::tokens::BOOTSTRAP_TOKEN;
pub use gateway::{Gateway, Secrets};
pub use rate_limit::RateLimit;
pub use refund::{Refund, RefundOutcome};
pub use sessions::execute::Execution;
pub use stations::access::RecordedAccess;
pub use stations::matching::{Match, ReportOutcome};
pub use stations::reports::{TransactionAnswer, loggable_boot};
pub use stations::setup::StationSetup;
pub use stations::tariffs::{EvseTariff, Untold};
pub use stations::tokens::remote_start_number;
pub use store::outbox::Lane;
