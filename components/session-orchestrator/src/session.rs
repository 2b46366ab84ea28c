//! The state of a session: what is kept between steps. `state` says how it is stored: a change of the
//! order or type of a field needs a new version there.

use chargetap_contract::money::{Price, Tariff};
use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::session::{Attention, Evse, MeterReading, Phase, View};
use chargetap_contract::terminal::{Card, Hold};
use serde::{Deserialize, Serialize};

use crate::meter::Meter;
use crate::pricing::{Usage, price};
use crate::register::Register;

/// A session that has begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) terminal: String,
    /// Absent where none was offered, and in a session that voids an orphan.
    pub(crate) evse: Option<Evse>,
    /// Absent in a session that voids an orphan.
    pub(crate) card: Option<Card>,
    /// The tariff at the tap, of which the driver was told the price.
    pub(crate) tariff: Tariff,
    pub(crate) tapped_at: u64,
    /// The payment sessions of the holds that were open before ours was asked for. None of them is
    /// ours.
    pub(crate) preexisting_holds: Vec<String>,
    pub(crate) hold: Option<Hold>,
    /// When the hold was asked for, or found.
    pub(crate) held_at: u64,
    pub(crate) register: Register,
    pub(crate) meter: Option<Meter>,
    /// The station did not report the end in time, so the price is that of the last reading.
    pub(crate) estimated: bool,
    /// A person was told that the readings cannot all be right.
    pub(crate) implausible: bool,
    /// The reading at the end, if the station reported it after the price was final.
    pub(crate) late: Option<MeterReading>,
    /// What flowed on this session's start after the session was over.
    pub(crate) unpaid: Option<Unpaid>,
    pub(crate) stage: Stage,
    /// How many steps were made. It makes the ids of alerts, messages and refunds unique.
    pub(crate) steps: u32,
}

/// Energy that nobody pays for, between two readings of the register, in watt-hours.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Unpaid {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Unpaid {
    pub(crate) fn energy(&self) -> u64 {
        self.to.saturating_sub(self.from)
    }
}

/// Where the session stands, with what matters only there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// The provider is asked which holds are open at the terminal, before ours is asked for.
    Checking {
        /// The driver does not wait longer than this.
        until: u64,
    },
    Authorising {
        /// From then on, a hold that is not found counts as not made.
        give_up_at: u64,
        /// The answer was lost, so the open holds are looked up.
        looking_up: bool,
        /// An alert said that it is unknown whether a hold was made.
        alerted: bool,
    },
    Starting {
        /// The driver has until then to plug in.
        until: u64,
        /// The answer to a start was lost. That start may have taken effect.
        answer_lost: bool,
        /// The station said that it will start.
        accepted: bool,
        /// When to repeat the start. `None` while one is on its way, and after it was accepted.
        repeat_at: Option<u64>,
    },
    Charging {
        /// The session must end then.
        until: u64,
    },
    Stopping {
        /// The station has until then to report the end.
        until: u64,
        /// When to repeat the stop. `None` while a stop is on its way.
        repeat_at: Option<u64>,
    },
    Closing(Closing),
    Ended(Ended),
}

/// A hold that is being captured or voided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Closing {
    pub(crate) how: Close,
    /// When the first attempt was made.
    pub(crate) since: u64,
    /// How many attempts were made.
    pub(crate) attempts: u32,
    pub(crate) lost: LostAnswer,
    /// It is being looked up whether the hold is still open.
    pub(crate) looking_up: bool,
    /// When to try or to look up again. `None` while a command is on its way.
    pub(crate) retry_at: Option<u64>,
}

/// Whether the answer to an attempt to close a hold was lost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum LostAnswer {
    /// No, or a look-up has shown since that the attempt had no effect.
    No,
    /// Lately: that attempt may still take effect.
    Lately,
    /// So long ago that the attempt has had its effect by now, if it has one.
    Before,
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
    /// Charging did not come about, or cost too little to be captured.
    Unused(NothingTakenReason),
    /// No session knew the hold.
    Orphan,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Ended {
    /// This amount was captured, in minor units.
    Settled(u64),
    /// A part of the captured amount is to be refunded.
    RefundDue {
        captured: u64,
        refunded: u64,
        /// How much is to be refunded in all.
        due: u64,
    },
    /// A part of the captured amount, or all of it, was refunded.
    Refunded {
        captured: u64,
        refunded: u64,
    },
    /// The hold was voided.
    Voided(Void),
    /// No hold was made.
    NotHeld(NothingTakenReason),
    /// There was no free EVSE, so no hold was asked for.
    NoEvse,
    NeedsAttention(Attention),
}

impl Session {
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

    /// How the hold is closed for a price: captured as far as it goes, or voided if that is too
    /// little.
    pub(crate) fn close_at(&self, gross: u64, minimum_capture: u64) -> Close {
        let amount = gross.min(self.held());
        if amount == 0 || amount < minimum_capture {
            Close::Void(Void::Unused(NothingTakenReason::BelowMinimum))
        } else {
            Close::Capture(amount)
        }
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
            unpaid: self.unpaid.map(|unpaid| unpaid.energy()),
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
            Self::Checking { .. } | Self::Authorising { .. } => Phase::Authorising,
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
            Self::Ended(Ended::NotHeld(
                NothingTakenReason::CancelledByDriver | NothingTakenReason::CancelledByOperator,
            )) => Phase::Cancelled,
            Self::Ended(Ended::NotHeld(_) | Ended::NoEvse) => Phase::FailedNothingTaken,
            Self::Ended(Ended::RefundDue { .. } | Ended::NeedsAttention(_)) => {
                Phase::NeedsAttention
            }
        }
    }
}
