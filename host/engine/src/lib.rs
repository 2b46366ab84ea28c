//! The engine: what a Chargetap host does, whichever runtime it lives in.
//!
//! It applies events to sessions, executes the commands that come out of them, arms the terminals,
//! and answers the HTTP requests. It decides nothing about money (the components do) and moves no
//! bytes itself: sockets, files, the database and the components are reached through
//! [`platform::Platform`], which the native host and the Spin application implement.

#![warn(rustdoc::broken_intra_doc_links)]

pub mod config;
pub mod http;
pub mod platform;

mod callbacks;
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
mod receipts;
mod retention;
mod router;
mod sessions;
mod store;
mod terminals;

pub use error::EngineError;
pub use event::EventOutcome;
pub use fleet::tokens::BOOTSTRAP_TOKEN;
pub use gateway::{Gateway, Secrets};
pub use sessions::execute::Execution;
pub use sessions::station_events::Vehicle;
