//! Version 1 of the stored session. What was different from version 2:
//!
//! | field   | version 1             | version 2                              |
//! |---------|-----------------------|----------------------------------------|
//! | `evse`  | always there          | absent for an orphan                   |
//! | `meter` | the last two readings | its last movement and the last reading |

use chargetap_contract::money::Tariff;
use chargetap_contract::session::{Evse, MeterReading};
use chargetap_contract::terminal::{Card, Hold};
use serde::Deserialize;

use super::version_2::{self, Stage};
use super::version_3;
use crate::meter::Point;
use crate::session;

#[derive(Deserialize)]
pub(super) struct Session {
    id: String,
    terminal: String,
    evse: Evse,
    card: Option<Card>,
    tariff: Tariff,
    tapped_at: u64,
    preexisting_holds: Vec<String>,
    hold: Option<Hold>,
    held_at: u64,
    meter: Option<Meter>,
    estimated: bool,
    late: Option<MeterReading>,
    stage: Stage,
    steps: u32,
}

#[derive(Deserialize)]
struct Meter {
    start: MeterReading,
    previous: Point,
    last: Point,
    clock_offset: i64,
}

impl From<Meter> for version_3::Meter {
    fn from(old: Meter) -> Self {
        Self {
            start: old.start,
            previous: old.previous,
            moved: old.last.clone(),
            last: old.last,
            clock_offset: old.clock_offset,
        }
    }
}

impl From<Session> for session::Session {
    fn from(old: Session) -> Self {
        version_2::Session {
            id: old.id,
            terminal: old.terminal,
            // An orphan has no driver and no EVSE.
            evse: old.card.is_some().then_some(old.evse),
            card: old.card,
            tariff: old.tariff,
            tapped_at: old.tapped_at,
            preexisting_holds: old.preexisting_holds,
            hold: old.hold,
            held_at: old.held_at,
            meter: old.meter.map(Into::into),
            estimated: old.estimated,
            late: old.late,
            stage: old.stage,
            steps: old.steps,
        }
        .into()
    }
}
