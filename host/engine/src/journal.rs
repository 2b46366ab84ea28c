//! The journal: what must never be lost, in SQLite.
//!
//! Everything that belongs to one event (the event, its dedupe key, the session's new state, the
//! commands it asks for and the deadline) is written by **one statement**: an insert into `event`,
//! which a trigger carries into the other tables. A statement is atomic wherever it runs, so this
//! holds on a connection that is shared with strangers (as in Spin) as well as on one's own, and
//! many callers' statements may share one commit.
//!
//! Two writers cannot both take a session's next version: the second insert does nothing, which is
//! seen in its empty answer, and the step is made again on the newer state.

mod asks;
mod commands;
mod deliveries;
mod fleet;
mod papers;
mod record;
mod rows;
mod schema;
mod sessions;
mod watched;

use chargetap_contract::session::Phase;
use chargetap_contract::terminal::CardReference;

use crate::platform::{DatabaseError, Platform};

pub(crate) use asks::{
    Telling, Told, answer_ask, ask_of, card_seen_since, confirm_ask, doubt_ask, forget_asks,
    hide_ask, is_used, latest_ask, remember_ask, standing, vehicle_came, vehicle_left,
};
pub(crate) use commands::{Claimed, abandoned, claim, finish, last_message, repeat};
pub(crate) use deliveries::{forget_deliveries, keep_report};
pub(crate) use fleet::{
    Audited, Repetition, Write, answered, audit, catch_up, forget_repetitions, keep_picture,
    last_write, load_fleet, picture, write_fleet,
};
pub(crate) use papers::{
    InvoiceState, Kept, Paper, card_application, count_attempt, invoice_number, invoice_state,
    issuers_in_use, keep_paper, keep_signed_value, latest_bill, paper, paper_of_code,
    papers_of_card, signed_values,
};
pub(crate) use record::{Entry, Recorded, is_duplicate, record};
pub(crate) use sessions::{
    Reported, Stored, awaits_hold, due, is_authorising, is_claimed, load, postpone,
    running_with_card, session_of_start, session_of_transaction, terminals_in_use, transaction,
};
pub(crate) use watched::{
    Delivery, claim_delivery, dead_letters, keep_seen, needing_attention, redeliver, seen, seen_of,
    settle_delivery,
};

/// The journal could not do it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("the journal holds something unreadable: {0}")]
    Unreadable(String),
}

/// Make or upgrade the tables. Every statement may run twice, also at the same time.
pub(crate) async fn migrate(platform: &impl Platform) -> Result<(), JournalError> {
    for statement in schema::STATEMENTS {
        platform.query(statement, Vec::new()).await?;
    }
    Ok(())
}

/// Whether the database answers.
pub(crate) async fn ping(platform: &impl Platform) -> Result<(), JournalError> {
    platform
        .query(
            "SELECT count(*) FROM command WHERE status = 'pending' AND status <> 'done'",
            Vec::new(),
        )
        .await?;
    Ok(())
}

fn card_key(card: &CardReference) -> String {
    format!("{:016x}{:016x}", card.high, card.low)
}

/// The phase as stored and logged: the contract's name for it.
pub(crate) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Authorising => "authorising",
        Phase::Starting => "starting",
        Phase::Charging => "charging",
        Phase::Stopping => "stopping",
        Phase::Capturing => "capturing",
        Phase::Voiding => "voiding",
        Phase::Settled => "settled",
        Phase::Refunded => "refunded",
        Phase::Cancelled => "cancelled",
        Phase::Declined => "declined",
        Phase::FailedNothingTaken => "failed-nothing-taken",
        Phase::NeedsAttention => "needs-attention",
    }
}
