//! Fault injection: how much goes wrong, and what did.

use std::collections::BTreeMap;

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A request does not leave.
    NotSent,
    /// A request is lost on its way.
    RequestLost,
    /// An answer is lost on its way.
    AnswerLost,
    /// A request or an answer takes long, perhaps longer than the sender waits.
    Delayed,
    /// A callback or report is delivered twice.
    Duplicated,
    /// The provider answers with a server's failure, with or without having acted.
    ServerError,
    /// The provider answers that there are too many requests.
    TooMany,
    /// The issuer declines.
    Declined,
    /// A terminal is offline for a while.
    TerminalOffline,
    /// A station is unreachable for a while, and reports later what happened meanwhile.
    StationOffline,
    /// A station refuses a start.
    StationRefuses,
    /// A station loses what it had to report.
    ReportLost,
    /// A station reports the end many hours late.
    ReportLate,
    /// The operator stops a session.
    OperatorStops,
    /// The operator refunds a part, or tries to refund too much.
    OperatorRefunds,
    /// A reading is repeated, runs backwards, or is from the past.
    OddReading,
    /// The gateway dies and is started again.
    Crash,
    /// A statement fails, and nothing is written.
    CommitRefused,
    /// A statement's effect is on the disk, and the gateway dies before it learns so.
    CommitTorn,
    /// The gateway's clock jumps.
    ClockJump,
    /// The gateway starts with a clock that was never set, and that is set some time later.
    ClockLost,
    /// Another driver's card is shown during the session.
    OtherCard,
    /// Somebody plugs in where another driver tapped and left, and shows no card.
    FreeRider,
    /// Somebody closes a hold in the provider's portal.
    ClosedElsewhere,
    /// A terminal leaves the provider's account for a while.
    TerminalVanishes,
    /// An older component, which cannot read what the newer one stored, is put in its place for a while.
    RolledBack,
    /// The gateway starts with other prices and holds, and another amount below which nothing is captured.
    OtherPrices,
    /// The operator puts another tariff on record, or takes one off, while drivers charge.
    TariffChanges,
    /// A station accepts a stop and goes on.
    GoesOn,
    /// A register jumps, or begins anew.
    RegisterJumps,
    /// A station restarts, and has forgotten its transaction.
    ForgetsTransaction,
    /// A station's message has more or other members, or its names and tokens have other capitals.
    OddMembers,
    /// Numbers are texts or have fractions, and texts are numbers.
    OddNumbers,
    /// Times have another form.
    OddTimes,
    /// A register is told in kilowatt-hours.
    OtherUnits,
    /// Beside a reading stand that of the begin, other measurands, and those of phases and the vehicle.
    FullBuckets,
    /// A message has control characters, or lacks its end.
    OddFrame,
    /// A message of a transaction, or an answer, is cut off somewhere.
    CutOff,
    /// A station does not tell when something was.
    NoTime,
    /// A station names a transaction by an id that is none, or by its place alone.
    Unnamed,
    /// A station ends a transaction without a reading.
    EndUnread,
    /// A station ends a transaction that is none here.
    ForeignEnd,
    /// Readings during a transaction count from its begin.
    RelativeReadings,
    /// A transaction begins at zero, and its readings are the register's.
    ZeroStart,
    /// A station tells of a transaction before its begin was taken in (2.x).
    EarlyEvents,
    /// A station tells first that a transaction is stopped, and later that it ended (2.x).
    PausesFirst,
    /// A station asks whether the token of a remote start may charge, before it begins.
    AsksFirst,
}

/// How probable each fault is where it can occur, in parts per million.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FaultRates {
    /// For what happens now and then.
    pub(crate) often: u32,
    /// For what happens at every statement and every request, of which a session has many.
    pub(crate) seldom: u32,
    /// For what crashes the gateway.
    pub(crate) rare: u32,
}

impl FaultRates {
    pub(crate) const NONE: Self = Self {
        often: 0,
        seldom: 0,
        rare: 0,
    };

    /// The rates of a world: low in one of four, very high in one of four.
    pub(crate) fn of(dice: u64) -> Self {
        match dice % 4 {
            0 => Self {
                often: 5_000,
                seldom: 100,
                rare: 50,
            },
            1 | 2 => Self {
                often: 15_000,
                seldom: 500,
                rare: 200,
            },
            _ => Self {
                often: 60_000,
                seldom: 3_000,
                rare: 1_000,
            },
        }
    }
}

/// How often each fault occurred.
pub(crate) type Faults = BTreeMap<Fault, u64>;
