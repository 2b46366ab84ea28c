//! What a session costs by its tariff. The contract's `tariff` and `price` state the rules.
//!
//! | step                                                       | module                         |
//! |------------------------------------------------------------|--------------------------------|
//! | divide an interval between two readings among the elements | [`intervals`]                  |
//! | see which elements apply at a moment                       | [`restrictions`], [`calendar`] |
//! | sum up the usage of each element; only the sums are kept   | [`usage`]                      |
//! | compute the price of the usage                             | [`cost`]                       |
//! | divide a captured or refunded amount by VAT rate           | [`vat_shares`]                 |
//! | list the prices that a session may have, before the tap    | [`outlook`]                    |
//! | choose what a driver is told of them                       | [`offer`](mod@offer)           |

mod calendar;
mod cost;
mod intervals;
mod offer;
mod outlook;
mod restrictions;
mod usage;
mod vat_shares;

pub(crate) use cost::price;
pub(crate) use intervals::Terms;
pub use offer::offer;
pub(crate) use offer::prices;
pub(crate) use restrictions::Interval;
pub(crate) use usage::Usage;
pub(crate) use vat_shares::{difference, share};
