//! The session orchestrator: decides what every event means for a charging session, and so when
//! money moves.
//!
//! It is pure. State, event and time go in; the new state, commands and a deadline come out. The
//! host stores the decision in one transaction and only then executes the commands, each at least
//! once. A repeated command has the same id.
//!
//! | stage                                       | module          |
//! |---------------------------------------------|-----------------|
//! | the driver taps, the card is pre-authorised | `authorisation` |
//! | charging starts, runs and stops             | `charging`      |
//! | the hold is captured in part or voided      | `closing`       |
//! | the receipt is issued                       | `receipt`       |
//! | late reports, refunds and invoices          | `correction`    |
//!
//! `flow` hands each event to its stage. A stage reads and changes a `step`.
//!
//! There is no clock and no randomness. Beside the flow stand
//!
//! | module       | subject                                                        |
//! |--------------|----------------------------------------------------------------|
//! | `waiting`    | what a stage waits for, and when it looks again                |
//! | `hold_cover` | how long a hold lasts                                          |
//! | `pricing`    | what a session costs                                           |
//! | `register`   | which readings can be right                                    |
//! | `clock`      | the host's clock was set                                       |
//! | `unpaid`     | energy that flows although the session is over                 |
//! | `resolution` | what a person found out about a session that needs attention   |

mod authorisation;
mod charging;
mod clock;
mod closing;
mod command_id;
mod correction;
mod flow;
mod hold_cover;
mod meter;
mod pricing;
mod readings;
mod receipt;
mod register;
mod resolution;
mod session;
mod state;
mod step;
mod unpaid;
mod waiting;

#[cfg(target_family = "wasm")]
mod component;

pub use flow::step;
pub use pricing::offer;
