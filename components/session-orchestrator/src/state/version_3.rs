//! Version 3 of the stored session. What is different today:
//!
//! | field                  | version 3 | today                                              |
//! |------------------------|-----------|----------------------------------------------------|
//! | `meter.trusted_offset` | not known | the last difference that a later reading confirmed |

use chargetap_contract::money::Tariff;
use chargetap_contract::session::{Evse, MeterReading};
use chargetap_contract::terminal::{Card, Hold};
use serde::Deserialize;

use crate::meter::{self, Point};
use crate::register::Register;
use crate::session::{self, Stage, Unpaid};

#[derive(Deserialize)]
pub(super) struct Session {
    id: String,
    terminal: String,
    evse: Option<Evse>,
    card: Option<Card>,
    tariff: Tariff,
    tapped_at: u64,
    preexisting_holds: Vec<String>,
    hold: Option<Hold>,
    held_at: u64,
    register: Register,
    meter: Option<Meter>,
    estimated: bool,
    implausible: bool,
    late: Option<MeterReading>,
    unpaid: Option<Unpaid>,
    stage: Stage,
    steps: u32,
}

#[derive(Deserialize)]
pub(super) struct Meter {
    pub(super) start: MeterReading,
    pub(super) previous: Point,
    pub(super) moved: Point,
    pub(super) last: Point,
    pub(super) clock_offset: i64,
}

impl From<Meter> for meter::Meter {
    fn from(old: Meter) -> Self {
        Self::stored(
            old.start,
            old.previous,
            old.moved,
            old.last,
            old.clock_offset,
        )
    }
}

impl From<Session> for session::Session {
    fn from(old: Session) -> Self {
        Self {
            id: old.id,
            terminal: old.terminal,
            evse: old.evse,
            card: old.card,
            tariff: old.tariff,
            tapped_at: old.tapped_at,
            preexisting_holds: old.preexisting_holds,
            hold: old.hold,
            held_at: old.held_at,
            register: old.register,
            meter: old.meter.map(Into::into),
            estimated: old.estimated,
            implausible: old.implausible,
            late: old.late,
            unpaid: old.unpaid,
            stage: old.stage,
            steps: old.steps,
        }
    }
}
