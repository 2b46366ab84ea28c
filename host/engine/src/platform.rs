//! What the engine needs of the world around it. A host implements [`Platform`] once.

use std::fmt;
use std::future::Future;

pub use chargetap_contract::{ComponentFault, Components, FaultCause};
use chargetap_fleet::alert::Secret;
use chargetap_fleet::api::{BundledComponent, Problem};
use chargetap_fleet::bundle::{Replacement, StandbyBundle};
pub use chargetap_fleet::operation::TriggeredMessage;
use chargetap_fleet::refusal::Refusal;
use chargetap_ocpp::message::Answer;
use chargetap_ocpp::report::Boot;
use serde::{Deserialize, Serialize};

use crate::http::{ProviderRequest, ProviderResponse, SendError};
pub use crate::maybe_send::{MaybeSend, MaybeSync};

/// The host that the engine runs on: clock, chance, sockets, database and components.
pub trait Platform: Bundles + Database + MaybeSend + MaybeSync + 'static {
    /// How the three components are called here.
    type Components: Components;

    /// The three components. The engine calls them by [`Platform::call`] only.
    fn components(&self) -> &Self::Components;

    /// Call components, or do what takes as long. A component may compute for as long as it is let, so a host with
    /// threads does this where it keeps nobody waiting but who wants the same: so many of each purpose at once.
    ///
    /// # Errors
    /// So many wait for pages already that another one is not made. All other callers wait for as long as it takes.
    fn call<T: MaybeSend>(
        &self,
        _: Purpose,
        work: impl FnOnce(&Self::Components) -> T + MaybeSend,
    ) -> impl Future<Output = Result<T, Busy>> + MaybeSend {
        async move { Ok(work(self.components())) }
    }

    /// Milliseconds since 1970.
    fn now(&self) -> u64;

    /// Milliseconds since some moment, by a clock that cannot be set and does not stand still.
    fn elapsed(&self) -> u64;

    /// Unguessable bytes.
    fn random(&self) -> [u8; 16];

    /// Count something for the operator, by a name and one label.
    fn count(&self, metric: Metric, label: &str);

    /// Something is to be done soon.
    fn notify(&self, work: Work<'_>);

    /// Send a request to the payment provider, which is given `timeout_ms` to answer.
    fn send(
        &self,
        request: ProviderRequest,
        timeout_ms: u64,
    ) -> impl Future<Output = Result<ProviderResponse, SendError>> + MaybeSend;

    /// Ask a station to do something.
    fn order(
        &self,
        station: &str,
        order: StationOrder,
    ) -> impl Future<Output = StationAnswer> + MaybeSend;

    /// For how long a station has been connected, in milliseconds; `None` if it is not, or if the host cannot learn it
    /// now. No card begins a session there then.
    fn station_connected_for(&self, station: &str)
    -> impl Future<Output = Option<u64>> + MaybeSend;

    /// What only the host knows of a station; nothing where it cannot tell.
    fn station_link(&self, station: &str) -> impl Future<Output = StationLink> + MaybeSend;

    /// The stations of unknown identities that the host holds pending; none where it holds none.
    fn pending_stations(&self) -> impl Future<Output = Vec<PendingStation>> + MaybeSend {
        std::future::ready(Vec::new())
    }
}

/// What components are called for. None of these waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What moves money: steps of sessions, prices and addresses of prompts.
    Money,
    /// Whether callbacks are authentic. Anybody can send some.
    Callback,
    /// What a terminal says while a payment is made or closed, which waits for these words.
    PaymentText,
    /// All other words for screens, and checks of what meters signed.
    Words,
    /// Pages and documents, which take longest.
    Page,
    /// A comparison with other components, of which nothing counts.
    Trial,
}

/// So many pages wait already that another one is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many pages are asked for at the moment: try again in a few seconds")]
pub struct Busy;

/// The database below the store.
pub trait Database: MaybeSend + MaybeSync {
    /// In which words it is spoken to.
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    /// Which of the processes that share this database it is; nothing if there is one only.
    fn process(&self) -> Option<&str> {
        None
    }

    /// Run one statement, atomically and durably: when it returns, what it wrote survives a power cut. Its result is as if
    /// no other statement ran at the same time. Its parameters are `?1`, `?2` and so on in every dialect.
    fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, DatabaseError>> + MaybeSend;

    /// How many commits the database made in the last whole minute; nothing where the host does not count them.
    fn commits_per_minute(&self) -> Option<u64> {
        None
    }
}

/// What the store's statements are written in. Most are the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite from 3.38 on.
    Sqlite,
    /// What PostgreSQL 13 and later have in common with the databases that are compatible with it: no triggers, no
    /// advisory locks, no notifications.
    Postgres,
}

/// How a host has another bundle of components take the place of the running one. A host that cannot implements it
/// empty.
pub trait Bundles {
    /// The components of the running bundle, and of those that can take its place.
    ///
    /// # Errors
    /// They cannot be listed, or this host cannot swap its components.
    fn bundled_components(&self) -> Result<Vec<BundledComponent>, Problem> {
        Err(not_swappable())
    }

    /// Verify and compile a bundle. That takes seconds, in which nobody else may have to wait.
    ///
    /// # Errors
    /// It cannot be used, for a reason that says what to do.
    fn load_bundle(&self, _: StandbyBundle) -> Result<Box<dyn LoadedBundle>, Problem> {
        Err(not_swappable())
    }
}

fn not_swappable() -> Problem {
    let text = "this host cannot swap its components while it runs: deploy it anew with the others";
    Refusal::conflict("not-swappable", text).into()
}

/// A bundle that was verified and compiled.
pub trait LoadedBundle: MaybeSend + MaybeSync {
    /// Its components.
    fn components(&self) -> &dyn Components;

    /// What its components are known by, and those that run.
    fn replacement(&self) -> Replacement;

    /// Take the place of the running bundle, also for the next start. Calls that run end on the components on which
    /// they began. Returns the bundle whose place it took, which can take it again.
    ///
    /// # Errors
    /// It cannot, and nothing has changed.
    fn take_place(self: Box<Self>) -> Result<Box<dyn LoadedBundle>, Problem>;
}

/// Work for the host's loops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work<'a> {
    /// Commands are waiting in the outbox: execute them.
    Outbox,
    /// Something happened at the terminal with this serial number: arm it.
    Terminal(&'a str),
}

/// An order to a station.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StationOrder {
    /// Start a transaction under a one-time token.
    Start {
        /// The connector, from 1.
        connector: u32,
        /// The token, which the station reports with the transaction.
        id_tag: String,
    },
    /// End a transaction.
    Stop {
        /// The transaction's number.
        transaction: i64,
        /// The station's own id of it, if it has given it one.
        name: Option<String>,
    },
    /// Restart.
    Reset {
        /// At once. Otherwise the station sees to its transactions first.
        is_hard: bool,
    },
    /// Let go of the cable at a connector.
    Unlock {
        /// The connector, from 1.
        connector: u32,
    },
    /// Send a message now.
    Trigger {
        /// Which.
        message: TriggeredMessage,
        /// About which connector; about all if absent.
        connector: Option<u32>,
    },
    /// Change a setting.
    Configure {
        /// The setting's name.
        key: String,
        /// Its new value.
        value: Secret,
    },
}

/// A station's answer to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StationAnswer {
    /// It will do it.
    Accepted,
    /// It will do it once it is idle or has restarted. Starts and stops are never answered so.
    Later,
    /// It will not.
    Rejected,
    /// It could not be asked.
    NotConnected,
    /// It was asked, and the answer was lost.
    Unknown,
}

/// What a station's answer to a start or a stop says.
impl From<&Answer> for StationAnswer {
    fn from(answer: &Answer) -> Self {
        match answer.is_accepted() {
            Some(true) => Self::Accepted,
            Some(false) => Self::Rejected,
            None => Self::Unknown,
        }
    }
}

/// What a host knows of a station besides what it reports to the engine.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StationLink {
    /// When its last connection ended, in milliseconds since 1970; absent while it is connected.
    pub disconnected_at: Option<u64>,
    /// How it did not keep to OCPP, by kind.
    pub oddities: Vec<OddityCount>,
    /// The settings that it did not take since it connected: their names, and the wanted values.
    pub refused_settings: Vec<(String, String)>,
    /// The EVSEs whose tariffs it did not take since it connected, and why.
    pub refused_tariffs: Vec<(u32, String)>,
    /// Its last messages, newest last, without secrets.
    pub messages: Vec<StationMessage>,
}

/// A station of an unknown identity that is connected and held pending, until it is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PendingStation {
    /// Its identity, which is that of a station that could be configured.
    pub id: String,
    /// The address from which it is connected.
    pub source: String,
    /// Since when, in milliseconds since 1970.
    pub since: u64,
    /// The version of OCPP that it speaks.
    pub ocpp: String,
    /// Whether it showed a password.
    pub has_password: bool,
    /// Whether it showed a client certificate that is good, in the name of its identity.
    pub has_certificate: bool,
    /// What it says of itself, as it may be kept; empty until it says it.
    pub boot: Boot,
}

/// How often a station was odd in one way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OddityCount {
    /// In which way.
    pub kind: String,
    /// How often.
    pub count: u64,
    /// Where it last was: the action and the member.
    pub place: String,
}

/// A message of a station, or to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StationMessage {
    /// When it was read or written, in milliseconds since 1970.
    pub at: u64,
    /// Whether it was sent to the station.
    pub is_sent: bool,
    /// What it is about, if that can be made out.
    pub action: Option<String>,
    /// Its text, without secrets, and cut off.
    pub text: String,
}

/// A counter for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Callbacks, by what became of them.
    Callbacks,
    /// Events applied to sessions, by the phase they led to.
    Steps,
    /// Commands executed, by how they ended.
    Commands,
    /// Alerts raised, by reason.
    Alerts,
    /// Reports of payment providers, by what became of the payment.
    PaymentReports,
    /// Readings that a station reported over the budget of a connector, by station.
    ReadingsOverBudget,
}

impl Metric {
    /// The metric's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Callbacks => "callbacks",
            Self::Steps => "steps",
            Self::Commands => "commands",
            Self::Alerts => "alerts",
            Self::PaymentReports => "payment_reports",
            Self::ReadingsOverBudget => "readings_over_budget",
        }
    }

    /// The name of its label.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Callbacks | Self::Commands => "result",
            Self::Steps => "phase",
            Self::Alerts => "reason",
            Self::PaymentReports => "change",
            Self::ReadingsOverBudget => "station",
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A value in the database.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// An integer.
    Integer(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// One row of an answer, in the order of the statement's columns.
pub type Row = Vec<Value>;

/// The database could not do it.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A uniqueness rule forbids it; nothing was written.
    #[error("the database refuses it: {0}")]
    Constraint(String),
    /// It is full, gone or broken. Nothing was written, unless the connection was lost before the answer came: then it is
    /// as after a crash, and whoever asked has to look.
    #[error("the database cannot be used: {0}")]
    Unavailable(String),
}
