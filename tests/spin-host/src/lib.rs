//! A small Spin for tests and demonstrations: it runs the Spin application in this process, under the conditions that
//! matter to it.
//!
//! - The application is composed of its components in the way of Spin ([`Application`]).
//! - An instance answers up to 128 requests, up to 16 at once, and finishes what it began after an
//!   answer.
//! - All instances share one connection to one SQLite database. Each may have its own to a PostgreSQL.
//! - Requests and connections go to this machine only.
//!
//! It knows nothing of Chargetap.

mod application;
mod bindings;
mod database;
mod instance;
mod manifest;
mod outbound;
mod postgres;
mod spin;
mod variables;

pub use application::Application;
pub use manifest::Manifest;
pub use spin::{Settings, Spin};
