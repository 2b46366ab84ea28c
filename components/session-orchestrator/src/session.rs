//! The state of a session: what is remembered between steps, and its stored form.
//!
//! That form is CBOR with the names of fields and cases, so that a later version can add some.

use chargetap_contract::money::{Price, Tariff};
use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::session::{Attention, Evse, MeterReading, Phase, Refusal, View};
use chargetap_contract::terminal::{Card, Hold};
use serde::{Deserialize, Serialize};

use crate::pricing::price;

/// The version of [`Session`]'s stored form that this component writes.
const VERSION: u32 = 1;

/// A session that has begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) terminal: String,
    pub(crate) evse: Evse,
    /// Absent when the session only voids a hold that was found.
    pub(crate) card: Option<Card>,
    /// The tariff of the tap: what the driver was told.
    pub(crate) tariff: Tariff,
    pub(crate) tapped_at: u64,
    pub(crate) hold: Option<Hold>,
    pub(crate) meter: Option<Meter>,
    pub(crate) stage: Stage,
    /// How many steps were made: it tells the messages of a session apart.
    pub(crate) steps: u32,
}

/// What the station's register showed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Meter {
    pub(crate) start: MeterReading,
    pub(crate) last: MeterReading,
    /// The reading before the last: the difference says what one interval delivers.
    pub(crate) previous: MeterReading,
    /// What to add to the station's times, in milliseconds: not 0 only if its clock proved wrong
    /// at the start.
    pub(crate) clock_offset: i64,
}

/// Where the session stands, with what matters only there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Stage {
    Authorising {
        /// From here on, a hold that was not found counts as not made.
        give_up_at: u64,
        /// The answer was lost, so the provider is asked.
        asking: bool,
        /// People were told that the provider does not say.
        alerted: bool,
    },
    Starting {
        /// The driver has until here to plug in.
        until: u64,
        /// The answer to some start was lost, so that start may yet prove to have taken effect.
        answer_lost: bool,
    },
    Charging {
        /// The session must end here.
        until: u64,
    },
    Stopping {
        /// The station has until here to report the end.
        until: u64,
        /// When to tell it again; nothing while an order is on its way.
        tell_at: Option<u64>,
    },
    Closing(Closing),
    Ended(Ended),
}

/// A hold on its way to being captured or voided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Closing {
    pub(crate) how: Close,
    /// When it was first tried.
    pub(crate) since: u64,
    /// How often it was tried.
    pub(crate) attempts: u32,
    /// The answer to some attempt was lost, so that attempt may yet prove to have taken effect.
    pub(crate) answer_lost: bool,
    /// The provider is being asked whether the hold is still open.
    pub(crate) asking: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Close {
    /// Take this amount, in minor units, and release the rest.
    Capture(u64),
    /// Release everything.
    Void(Void),
}

/// Why a hold is voided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Void {
    /// Charging did not come about, or was too little to be captured.
    Unused(NothingTakenReason),
    /// No session knew the hold.
    Orphan,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Ended {
    /// This amount was captured, in minor units.
    Settled(u64),
    /// The hold was voided.
    Voided(Void),
    /// There never was a hold.
    NotHeld(NothingTakenReason),
    /// The EVSE was another driver's, so no hold was asked for.
    Occupied,
    NeedsAttention(Attention),
}

#[derive(Serialize, Deserialize)]
struct Versioned {
    version: u32,
    session: Session,
}

/// The part that every version has.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl Session {
    pub(crate) fn decode(state: &[u8]) -> Result<Self, Refusal> {
        let malformed =
            |error: minicbor_serde::error::DecodeError| Refusal::MalformedState(error.to_string());
        let Version { version } = minicbor_serde::from_slice(state).map_err(malformed)?;
        if version != VERSION {
            return Err(Refusal::UnknownStateVersion(version));
        }
        let stored: Versioned = minicbor_serde::from_slice(state).map_err(malformed)?;
        Ok(stored.session)
    }

    pub(crate) fn encode(self) -> Result<Vec<u8>, Refusal> {
        minicbor_serde::to_vec(&Versioned {
            version: VERSION,
            session: self,
        })
        .map_err(|error| Refusal::MalformedState(error.to_string()))
    }

    /// Energy delivered so far, in watt-hours.
    pub(crate) fn energy(&self) -> u64 {
        self.meter.as_ref().map_or(0, Meter::energy)
    }

    /// The price so far.
    pub(crate) fn cost(&self) -> Price {
        let duration = self.meter.as_ref().map_or(0, Meter::duration);
        price(&self.tariff, self.energy(), duration)
    }

    pub(crate) fn held(&self) -> u64 {
        self.hold.as_ref().map_or(0, |hold| hold.amount)
    }

    pub(crate) fn view(&self) -> View {
        let (captured, released) = match &self.stage {
            Stage::Ended(Ended::Settled(amount)) => (*amount, self.held().saturating_sub(*amount)),
            Stage::Ended(Ended::Voided(_)) => (0, self.held()),
            _ => (0, 0),
        };
        View {
            phase: self.stage.phase(),
            terminal: self.terminal.clone(),
            card: self.card,
            evse: self.evse.clone(),
            hold: self.hold.clone(),
            currency: self.tariff.currency.clone(),
            energy: self.energy(),
            cost: self.cost(),
            captured,
            released,
        }
    }
}

impl Meter {
    pub(crate) fn starting_at(start: MeterReading, clock_offset: i64) -> Self {
        Self {
            start,
            last: start,
            previous: start,
            clock_offset,
        }
    }

    /// Take a reading, unless it is older than the last one or the register went backwards.
    pub(crate) fn read(&mut self, reading: MeterReading) {
        if reading.at >= self.last.at && reading.energy >= self.last.energy {
            self.previous = std::mem::replace(&mut self.last, reading);
        }
    }

    /// Take the reading at the end. It is the register's final word, whatever was read before;
    /// only one below the start is none.
    pub(crate) fn end(&mut self, reading: MeterReading) {
        if reading.energy >= self.start.energy {
            self.last = MeterReading {
                at: reading.at.max(self.start.at),
                ..reading
            };
        }
    }

    pub(crate) fn energy(&self) -> u64 {
        self.last.energy.saturating_sub(self.start.energy)
    }

    /// From start to last reading, in milliseconds.
    pub(crate) fn duration(&self) -> u64 {
        self.last.at.saturating_sub(self.start.at)
    }

    /// Energy and duration after one more interval like the last.
    pub(crate) fn after_next_interval(&self) -> (u64, u64) {
        let energy = self.last.energy.saturating_sub(self.previous.energy);
        let duration = self.last.at.saturating_sub(self.previous.at);
        (
            self.energy().saturating_add(energy),
            self.duration().saturating_add(duration),
        )
    }
}

impl Stage {
    pub(crate) fn phase(&self) -> Phase {
        match self {
            Self::Authorising { .. } => Phase::Authorising,
            Self::Starting { .. } => Phase::Starting,
            Self::Charging { .. } => Phase::Charging,
            Self::Stopping { .. } => Phase::Stopping,
            Self::Closing(Closing {
                how: Close::Capture(_),
                ..
            }) => Phase::Capturing,
            Self::Closing(Closing {
                how: Close::Void(_),
                ..
            }) => Phase::Voiding,
            Self::Ended(Ended::Settled(_)) => Phase::Settled,
            Self::Ended(Ended::Voided(Void::Unused(
                NothingTakenReason::StartFailed | NothingTakenReason::PaymentFailed,
            ))) => Phase::FailedNothingTaken,
            Self::Ended(Ended::Voided(_)) => Phase::Cancelled,
            Self::Ended(Ended::NotHeld(NothingTakenReason::Declined)) => Phase::Declined,
            Self::Ended(Ended::NotHeld(_) | Ended::Occupied) => Phase::FailedNothingTaken,
            Self::Ended(Ended::NeedsAttention(_)) => Phase::NeedsAttention,
        }
    }
}
