//! The engine: what a Chargetap host does, whichever runtime it lives in.
//!
//! It applies events to sessions, executes the commands that come out of them, keeps the terminals
//! asking, and answers the HTTP requests. It decides nothing about money (the components
//! do) and moves no bytes itself: sockets, files, SQLite and the components are reached through
//! the traits in [`platform`], which the native host and the Spin application implement.
//!
//! The way of one tap: [`readers`] tells the terminal to ask for what [`asks`] decides, if [`fleet`]
//! lets it take cards; [`callbacks`] has the callback verified and hands the event to [`apply`];
//! [`journal`] stores it with the decision in one statement; [`execute`] carries out the commands
//! through [`payter`] and the station link and hands each outcome to [`apply`] again; [`stations`]
//! does the same with what the station reports, [`operator`] with what people want; [`receipts`]
//! stores and serves the receipt.
//!
//! The way of one call of the REST interface: [`rest`] finds out who asks and has `chargetap-fleet`
//! decide; [`fleet`] stores the changes; [`performing`] does what only the gateway can. [`watching`]
//! keeps what is seen of terminals and raises alerts, which [`delivering`] sends.

pub mod config;
pub mod http;
pub mod platform;
mod stations;

mod apply;
mod asks;
mod buckets;
mod callbacks;
mod delivering;
mod execute;
mod fleet;
mod forgetting;
mod gateway;
mod id;
mod journal;
mod local_time;
mod operator;
mod payter;
mod performing;
mod readers;
mod receipts;
mod rest;
mod showing;
mod turns;
mod watching;

pub use apply::EngineError;
pub use callbacks::PAYTER;
pub use execute::Execution;
pub use fleet::FIRST_TOKEN;
pub use gateway::{Gateway, Secrets};
pub use operator::Wish;
pub use stations::Vehicle;
