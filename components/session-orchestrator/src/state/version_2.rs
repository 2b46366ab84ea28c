//! Version 2 of the stored session. What is different in version 3:
//!
//! | field                 | version 2                              | version 3                                |
//! |-----------------------|----------------------------------------|------------------------------------------|
//! | `register`, `unpaid`  | not known                              | plausibility, and energy without payment |
//! | `Starting`            | does not tell whether it was accepted  | tells, and when it is repeated           |
//! | `Closing.answer_lost` | once lost, lost for good               | until a later look-up shows it open      |

use chargetap_contract::money::Tariff;
use chargetap_contract::session::{Evse, MeterReading};
use chargetap_contract::terminal::{Card, Hold};
use serde::Deserialize;

use crate::register::Register;
use crate::session::{self, Close, Ended, LostAnswer};

use super::version_3::Meter;

#[derive(Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) terminal: String,
    pub(super) evse: Option<Evse>,
    pub(super) card: Option<Card>,
    pub(super) tariff: Tariff,
    pub(super) tapped_at: u64,
    pub(super) preexisting_holds: Vec<String>,
    pub(super) hold: Option<Hold>,
    pub(super) held_at: u64,
    pub(super) meter: Option<Meter>,
    pub(super) estimated: bool,
    pub(super) late: Option<MeterReading>,
    pub(super) stage: Stage,
    pub(super) steps: u32,
}

#[derive(Deserialize)]
pub(super) enum Stage {
    Checking {
        until: u64,
    },
    Authorising {
        give_up_at: u64,
        looking_up: bool,
        alerted: bool,
    },
    Starting {
        until: u64,
        answer_lost: bool,
    },
    Charging {
        until: u64,
    },
    Stopping {
        until: u64,
        repeat_at: Option<u64>,
    },
    Closing(Closing),
    Ended(Ended),
}

#[derive(Deserialize)]
pub(super) struct Closing {
    how: Close,
    since: u64,
    attempts: u32,
    answer_lost: bool,
    looking_up: bool,
    retry_at: Option<u64>,
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
            register: Register::default(),
            meter: old.meter.map(Into::into),
            estimated: old.estimated,
            implausible: false,
            late: old.late,
            unpaid: None,
            stage: old.stage.into(),
            steps: old.steps,
        }
    }
}

impl From<Stage> for session::Stage {
    fn from(old: Stage) -> Self {
        match old {
            Stage::Checking { until } => Self::Checking { until },
            Stage::Authorising {
                give_up_at,
                looking_up,
                alerted,
            } => Self::Authorising {
                give_up_at,
                looking_up,
                alerted,
            },
            Stage::Starting { until, answer_lost } => Self::Starting {
                until,
                answer_lost,
                // It may have been. Then the station is given the time to say so.
                accepted: true,
                repeat_at: None,
            },
            Stage::Charging { until } => Self::Charging { until },
            Stage::Stopping { until, repeat_at } => Self::Stopping { until, repeat_at },
            Stage::Closing(old) => Self::Closing(old.into()),
            Stage::Ended(ended) => Self::Ended(ended),
        }
    }
}

impl From<Closing> for session::Closing {
    fn from(old: Closing) -> Self {
        Self {
            how: old.how,
            since: old.since,
            attempts: old.attempts,
            lost: match old.answer_lost {
                true => LostAnswer::Lately,
                false => LostAnswer::No,
            },
            looking_up: old.looking_up,
            retry_at: old.retry_at,
        }
    }
}
