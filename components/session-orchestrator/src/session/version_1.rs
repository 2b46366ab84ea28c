//! How version 1 stored a session: every one had an EVSE, and the meter's last two readings counted,
//! whether or not the register had moved between them.

use chargetap_contract::money::Tariff;
use chargetap_contract::session::{Evse, MeterReading};
use chargetap_contract::terminal::{Card, Hold};
use serde::Deserialize;

use super::Stage;
use crate::meter::{self, Point};

#[derive(Deserialize)]
pub(super) struct Session {
    id: String,
    terminal: String,
    evse: Evse,
    card: Option<Card>,
    tariff: Tariff,
    tapped_at: u64,
    strangers: Vec<String>,
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

impl From<Meter> for meter::Meter {
    fn from(old: Meter) -> Self {
        Self::with_last_two(old.start, old.previous, old.last, old.clock_offset)
    }
}

impl From<Session> for super::Session {
    fn from(old: Session) -> Self {
        Self {
            id: old.id,
            terminal: old.terminal,
            // A hold that was found has no driver, and is at no EVSE.
            evse: old.card.is_some().then_some(old.evse),
            card: old.card,
            tariff: old.tariff,
            tapped_at: old.tapped_at,
            strangers: old.strangers,
            hold: old.hold,
            held_at: old.held_at,
            meter: old.meter.map(Into::into),
            estimated: old.estimated,
            late: old.late,
            stage: old.stage,
            steps: old.steps,
        }
    }
}
