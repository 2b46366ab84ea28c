//! The store: what must never be lost, in SQLite or in PostgreSQL.
//!
//! Everything that belongs to one event (the event, its dedupe key, the session's new state, the
//! commands it asks for and the deadline) is written by **one statement**: an insert into the table
//! `event`, which a trigger carries into the other tables. A statement is atomic wherever it runs, so
//! this holds on a connection that is shared with strangers (as in Spin) as well as on one's own,
//! and the statements of many callers may share one commit.
//!
//! Two writers cannot both take a session's next version. The insert of the second does nothing,
//! which is seen in its empty answer, and the step is made again on the newer state.
//!
//! | module              | tables                                              |
//! |---------------------|-----------------------------------------------------|
//! | [`events`]          | `event` (the journal), and by trigger all of a step |
//! | [`sessions`]        | `session`, `card_key`                               |
//! | [`stations`]        | `station`, `connector`, `vehicle`                   |
//! | [`transactions`]    | `station_transaction`                               |
//! | [`station_states`]  | none of its own: stations as people see them        |
//! | [`outbox`]          | `command`                                           |
//! | [`prompts`]         | `ask`, `stop_question`                              |
//! | [`notices`]         | `notice`, `recall`                                  |
//! | [`receipts`]        | `paper`, `invoice`, `signed_value`, `attempt`       |
//! | [`refunds`]         | none: refunds are in the journal                    |
//! | [`payment_reports`] | `report`                                            |
//! | [`fleet`]           | `fleet_write`, `fleet_item`, `fleet_change`, `picture` |
//! | [`monitoring`]      | `seen`, `delivery`                                  |
//! | [`status`]          | none of its own: counts for operators               |
//! | [`retention`]       | none of its own: what goes of sessions as time passes |
//! | [`clock`]           | `clock_step`, `clock_step_order`                    |
//! | [`restores`]        | `restore`, `hold_comparison`                        |
//! | [`verification`]    | none: reads all of them                             |
//! | [`copies`]          | none of its own: all of them in another database    |
//! | [`processes`]       | `process`, `leader`, `station_connection`, on servers |
//! | [`schema`]          | `probe`, and the definitions of all                 |
//! | [`migrations`]      | `store_version`                                     |
//!
//! Tables keep the names under which existing databases have them.
//!
//! The native writer puts the statements of many callers into one commit (`synchronous=FULL`). What only reads runs on
//! other connections there, and waits for no commit.
//!
//! A session or command that cannot be dealt with is logged, postponed, and does not hold up the rest.

pub(crate) mod clock;
pub(crate) mod copies;
pub(crate) mod error;
pub(crate) mod events;
pub(crate) mod fleet;
pub(crate) mod migrations;
pub(crate) mod monitoring;
pub(crate) mod named_transactions;
pub(crate) mod notices;
pub(crate) mod outbox;
pub(crate) mod payment_reports;
pub(crate) mod processes;
pub(crate) mod prompts;
pub(crate) mod receipts;
pub(crate) mod refunds;
pub(crate) mod restores;
pub(crate) mod retention;
pub(crate) mod schema;
pub(crate) mod sessions;
pub(crate) mod station_states;
pub(crate) mod stations;
pub(crate) mod status;
pub(crate) mod transactions;
pub(crate) mod verification;

#[cfg(test)]
pub(crate) mod disk;
mod rows;
