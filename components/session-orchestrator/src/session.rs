//! The state of a session: what is remembered between steps, and its stored form.
//!
//! That form is the version and then, in postcard, the fields in their order, without names. So every
//! change of their types or order, the contract's included, makes a new version.

use chargetap_contract::money::{Price, Tariff};
use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::session::{Attention, Evse, MeterReading, Phase, Refusal, View};
use chargetap_contract::terminal::{Card, Hold};
use serde::{Deserialize, Serialize};

mod version_1;

use crate::meter::Meter;
use crate::pricing::{Usage, price};

/// The version of [`Session`]'s stored form that this component writes.
const VERSION: u32 = 2;

/// A session that has begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) terminal: String,
    /// Absent where none was offered, and when the session only voids a hold that was found.
    pub(crate) evse: Option<Evse>,
    /// Absent when the session only voids a hold that was found.
    pub(crate) card: Option<Card>,
    /// The tariff of the tap: what the driver was told.
    pub(crate) tariff: Tariff,
    pub(crate) tapped_at: u64,
    /// The payment sessions of holds that were open before ours was asked for: none of them is ours.
    pub(crate) strangers: Vec<String>,
    pub(crate) hold: Option<Hold>,
    /// When the hold was asked for, or found.
    pub(crate) held_at: u64,
    pub(crate) meter: Option<Meter>,
    /// The station never reported the end in time, so the price is that of the last reading.
    pub(crate) estimated: bool,
    /// What it reported when the price was final.
    pub(crate) late: Option<MeterReading>,
    pub(crate) stage: Stage,
    /// How many steps were made: it tells the messages of a session apart.
    pub(crate) steps: u32,
}

/// Where the session stands, with what matters only there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// The provider is asked which holds are open at the terminal, before one is made.
    Looking {
        /// The driver is not kept waiting longer than this.
        until: u64,
    },
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
    /// When to try or to ask again; nothing while a command is on its way.
    pub(crate) again_at: Option<u64>,
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
    /// Of the captured amount something is to be given back.
    RefundDue {
        captured: u64,
        refunded: u64,
        /// How much is to be given back in all.
        due: u64,
    },
    /// Of the captured amount something was given back.
    Refunded {
        captured: u64,
        refunded: u64,
    },
    /// The hold was voided.
    Voided(Void),
    /// There never was a hold.
    NotHeld(NothingTakenReason),
    /// There was no EVSE to be had, so no hold was asked for.
    NoEvse,
    NeedsAttention(Attention),
}

impl Session {
    pub(crate) fn decode(state: &[u8]) -> Result<Self, Refusal> {
        let malformed = |error: postcard::Error| Refusal::MalformedState(error.to_string());
        let (version, fields) = postcard::take_from_bytes(state).map_err(malformed)?;
        let (session, rest) = match version {
            1 => postcard::take_from_bytes::<version_1::Session>(fields)
                .map(|(session, rest)| (session.into(), rest)),
            VERSION => postcard::take_from_bytes(fields),
            _ => return Err(Refusal::UnknownStateVersion(version)),
        }
        .map_err(malformed)?;
        if rest.is_empty() {
            Ok(session)
        } else {
            Err(Refusal::MalformedState("there are bytes behind it".into()))
        }
    }

    pub(crate) fn encode(self) -> Result<Vec<u8>, Refusal> {
        postcard::to_allocvec(&(VERSION, self))
            .map_err(|error| Refusal::MalformedState(error.to_string()))
    }

    /// Energy delivered so far, in watt-hours.
    pub(crate) fn energy(&self) -> u64 {
        self.meter.as_ref().map_or(0, Meter::energy)
    }

    /// The price so far.
    pub(crate) fn cost(&self) -> Price {
        let nothing = Usage::default();
        let usage = self.meter.as_ref().map_or(&nothing, Meter::usage);
        price(&self.tariff, usage)
    }

    pub(crate) fn held(&self) -> u64 {
        self.hold.as_ref().map_or(0, |hold| hold.amount)
    }

    pub(crate) fn view(&self) -> View {
        let captured = self.captured();
        let released = match &self.stage {
            Stage::Ended(Ended::Voided(_)) => self.held(),
            _ if captured > 0 => self.held().saturating_sub(captured),
            _ => 0,
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
            refunded: match self.stage {
                Stage::Ended(
                    Ended::Refunded { refunded, .. } | Ended::RefundDue { refunded, .. },
                ) => refunded,
                _ => 0,
            },
            reported_late: self.late.and_then(|late| {
                Some(
                    late.energy
                        .saturating_sub(self.meter.as_ref()?.start().energy),
                )
            }),
        }
    }

    /// What was taken, in minor units.
    pub(crate) fn captured(&self) -> u64 {
        match self.stage {
            Stage::Ended(
                Ended::Settled(captured)
                | Ended::RefundDue { captured, .. }
                | Ended::Refunded { captured, .. },
            ) => captured,
            _ => 0,
        }
    }
}

impl Stage {
    pub(crate) fn phase(&self) -> Phase {
        match self {
            Self::Looking { .. } | Self::Authorising { .. } => Phase::Authorising,
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
            Self::Ended(Ended::Refunded { .. }) => Phase::Refunded,
            Self::Ended(Ended::Voided(Void::Unused(
                NothingTakenReason::StartFailed | NothingTakenReason::PaymentFailed,
            ))) => Phase::FailedNothingTaken,
            Self::Ended(Ended::Voided(_)) => Phase::Cancelled,
            Self::Ended(Ended::NotHeld(NothingTakenReason::Declined)) => Phase::Declined,
            Self::Ended(Ended::NotHeld(_) | Ended::NoEvse) => Phase::FailedNothingTaken,
            Self::Ended(Ended::RefundDue { .. } | Ended::NeedsAttention(_)) => {
                Phase::NeedsAttention
            }
        }
    }
}
