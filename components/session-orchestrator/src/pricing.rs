//! What a session costs by its tariff; the contract's `tariff` and `price` state the rules.
//!
//! What happens between two meter readings is divided among the tariff's elements ([`course`]) by
//! their [`restrictions`] and the site's [`calendar`], and summed up ([`usage`]). Only these sums
//! are kept. What they cost is computed when it is asked for ([`cost`]). Before all that, the driver is
//! told the prices that a session may come to have ([`outlook`]) in words ([`offer`]).

mod calendar;
mod cost;
mod course;
mod offer;
mod outlook;
mod restrictions;
mod sharing;
mod usage;

pub(crate) use cost::price;
pub(crate) use course::Terms;
pub use offer::offer;
pub(crate) use restrictions::Interval;
pub(crate) use sharing::{difference, share};
pub(crate) use usage::Usage;
