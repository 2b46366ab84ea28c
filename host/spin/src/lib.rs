//! The Chargetap gateway as a Spin application.
//!
//! Spin gives it HTTP, SQLite or PostgreSQL, variables and the three components; what happens to a session is
//! decided in those components and carried out by `chargetap-engine`, as on the native host. Spin
//! has no timers and accepts no WebSockets, so two things differ:
//!
//! - timed work is done by `POST /tick` (`tick.rs`), which `chargetap bridge` sends every second;
//! - stations are reached through that bridge (`bridge.rs`), which holds their connections and tells what they do
//!   to `/stations/{station}/events` (`events.rs`).
//!
//! Spin lets one instance answer many requests, several at once, and several instances share one
//! connection to the database. So only what never changes is kept between requests (`setup.rs`), and
//! no transaction spans two statements.
//!
//! Each statement is atomic by itself: on SQLite all instances share one connection.

#![cfg(target_family = "wasm")]

mod authorization;
mod bindings;
mod bridge;
mod commands;
mod database;
mod events;
mod outbound;
mod platform;
mod server;
mod setup;
mod tick;

use bytes::Bytes;
use spin_sdk::http::{FullBody, Request, Response};
use spin_sdk::http_service;

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    server::serve(request).await
}
