//! A central system for tests, whose events go to a channel instead of a journal.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::middleware;
use chargetap_engine::config::Upstream;
use chargetap_engine::{
    EvseTariff, Match, RecordedAccess, ReportOutcome, StationSetup, TransactionAnswer,
};
use chargetap_ocpp::message::TransactionResponse;
use chargetap_ocpp::report::{Boot, Readings, Start, Status, Stop, TransactionEvent};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::{StationAccess, StationEvents, Stations, Timeouts, Unavailable};

pub(crate) const STATION: &str = "CP-1";
/// Another station with the same password.
pub(crate) const OTHER_STATION: &str = "CP-2";
pub(crate) const PASSWORD: &str = "correct horse";
/// The transaction id given to every token that begins with `OURS`.
pub(crate) const TRANSACTION: i64 = 4711;
/// The one given to every other token.
pub(crate) const FOREIGN: i64 = 4712;
/// What the clock shows: 2023-11-14T22:13:20Z.
pub(crate) const NOW: u64 = 1_700_000_000_000;

/// A report that was taken in. Reports without a transaction's id are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    Started {
        connector: u32,
        id_tag: String,
        energy: u64,
    },
    Metered {
        transaction: i64,
        energy: u64,
        at: u64,
    },
    Signed {
        transaction: i64,
        packets: Vec<String>,
    },
    Stopped {
        transaction: i64,
        energy: u64,
        reason: String,
    },
    Event(TransactionEvent),
}

/// Where the events go.
#[derive(Debug)]
pub(crate) struct Journal {
    told: mpsc::UnboundedSender<Told>,
    statuses: mpsc::UnboundedSender<Status>,
    /// What the records of all stations say of their access.
    pub(crate) access: Mutex<Option<RecordedAccess>>,
    /// How many events are still refused.
    pub(crate) refusals: AtomicU32,
    /// How many statuses are still refused.
    pub(crate) refused_statuses: AtomicU32,
    /// Taking in an event needs a permit and gives it back.
    pub(crate) gate: Semaphore,
}

/// Refuses as long as refusals are left.
fn refuse(left: &AtomicU32) -> Result<(), Unavailable> {
    let one_less = |left: u32| left.checked_sub(1);
    match left.try_update(Ordering::Relaxed, Ordering::Relaxed, one_less) {
        Ok(_) => Err(Unavailable),
        Err(_) => Ok(()),
    }
}

impl Journal {
    async fn take_in(&self, told: Told) -> Result<(), Unavailable> {
        let _permit = self.gate.acquire().await.unwrap();
        refuse(&self.refusals)?;
        // Fails if the test is over.
        let _ = self.told.send(told);
        Ok(())
    }
}

impl StationEvents for Arc<Journal> {
    async fn connected(&self, _: &str) -> Result<(), Unavailable> {
        Ok(())
    }

    fn disconnected(&self, _: &str) {}

    async fn access(&self, _: &str) -> Result<Option<RecordedAccess>, Unavailable> {
        Ok(self.access.lock().unwrap().clone())
    }

    fn stations(&self) -> Vec<String> {
        Vec::new()
    }

    async fn setup(&self, _: &str) -> Result<StationSetup, Unavailable> {
        Ok(StationSetup {
            connectors: vec![1, 2],
            plug_in_timeout_s: Some(300),
        })
    }

    async fn tariffs(&self, _: &str) -> Result<Vec<EvseTariff>, Unavailable> {
        Ok(Vec::new())
    }

    async fn booted(&self, _: &str, _: &Boot) -> Result<(), Unavailable> {
        Ok(())
    }

    async fn status(&self, _: &str, status: &Status) -> Result<(), Unavailable> {
        refuse(&self.refused_statuses)?;
        // Fails if the test has ended.
        let _ = self.statuses.send(status.clone());
        Ok(())
    }

    async fn authorizes(&self, _: &str, token: &str) -> Result<bool, Unavailable> {
        Ok(is_ours(token))
    }

    async fn started(&self, _: &str, start: &Start) -> Result<TransactionAnswer, Unavailable> {
        self.take_in(Told::Started {
            connector: start.connector.unwrap_or_default(),
            id_tag: start.token.clone(),
            energy: start.register.unwrap_or_default(),
        })
        .await?;
        let is_accepted = is_ours(&start.token);
        Ok(TransactionAnswer {
            number: if is_accepted { TRANSACTION } else { FOREIGN },
            is_accepted,
        })
    }

    async fn read(&self, _: &str, readings: &Readings) -> Result<ReportOutcome, Unavailable> {
        let Some(transaction) = readings.transaction.id.filter(|id| *id > 0) else {
            return Ok(outcome(Match::None));
        };
        for sample in &readings.samples {
            if !sample.signed.is_empty() {
                let packets = sample.signed.clone();
                self.take_in(Told::Signed {
                    transaction,
                    packets,
                })
                .await?;
            }
            if let Some(energy) = sample.register {
                let at = sample.at.unwrap_or_default();
                self.take_in(Told::Metered {
                    transaction,
                    energy,
                    at,
                })
                .await?;
            }
        }
        Ok(outcome(Match::ById))
    }

    async fn stopped(&self, _: &str, stop: &Stop) -> Result<ReportOutcome, Unavailable> {
        let Some(transaction) = stop.transaction.id.filter(|id| *id > 0) else {
            return Ok(outcome(Match::None));
        };
        if !stop.signed.is_empty() {
            let packets = stop.signed.clone();
            self.take_in(Told::Signed {
                transaction,
                packets,
            })
            .await?;
        }
        self.take_in(Told::Stopped {
            transaction,
            energy: stop.register.unwrap_or_default(),
            reason: stop.reason.name().to_owned(),
        })
        .await?;
        Ok(outcome(Match::ById))
    }

    async fn transaction(
        &self,
        _: &str,
        event: &TransactionEvent,
    ) -> Result<TransactionResponse, Unavailable> {
        self.take_in(Told::Event(event.clone())).await?;
        Ok(TransactionResponse {
            is_accepted: event.token.as_deref().map(is_ours),
            cost: None,
        })
    }

    async fn named(&self, _: &str, _: i64, _: &str) -> Result<bool, Unavailable> {
        Ok(true)
    }
}

fn outcome(how: Match) -> ReportOutcome {
    ReportOutcome {
        how,
        has_session: how == Match::ById,
    }
}

fn is_ours(token: &str) -> bool {
    token.starts_with("OURS")
}

/// A central system that serves on a loopback socket until it is dropped.
pub(crate) struct Central {
    pub(crate) stations: Stations<Arc<Journal>>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) url: String,
    told: mpsc::UnboundedReceiver<Told>,
    statuses: mpsc::UnboundedReceiver<Status>,
    _tasks: JoinSet<()>,
}

impl Central {
    pub(crate) async fn start(answer_timeout: Duration) -> Self {
        Self::start_with(Timeouts {
            answer: answer_timeout,
            // Nobody is asked anything that a test does not ask.
            introduction: Duration::from_secs(3_600),
            ..Timeouts::default()
        })
        .await
    }

    pub(crate) async fn start_with(timeouts: Timeouts) -> Self {
        Self::start_below(None, timeouts).await
    }

    /// One that is below another central system.
    pub(crate) async fn start_below(upstream: Option<Upstream>, timeouts: Timeouts) -> Self {
        let (sender, told) = mpsc::unbounded_channel();
        let (status_sender, statuses) = mpsc::unbounded_channel();
        let journal = Arc::new(Journal {
            told: sender,
            statuses: status_sender,
            access: Mutex::default(),
            refusals: AtomicU32::new(0),
            refused_statuses: AtomicU32::new(0),
            gate: Semaphore::new(1),
        });
        let access = || StationAccess {
            password: Some(PASSWORD.into()),
            client_certificate: false,
        };
        let known = [STATION, OTHER_STATION].map(|station| (station.to_owned(), access()));
        let known = BTreeMap::from(known);
        let stations = Stations::new(journal.clone(), known, upstream, || NOW, timeouts);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/ocpp", listener.local_addr().unwrap());
        let router = Router::new().layer(middleware::from_fn_with_state(
            stations.clone(),
            super::intercept,
        ));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            stations,
            journal,
            url,
            told,
            statuses,
            _tasks: tasks,
        }
    }

    /// The next event that was taken in.
    pub(crate) async fn told(&mut self) -> Told {
        self.told.recv().await.unwrap()
    }

    /// Whether nothing was taken in.
    pub(crate) fn took_in_nothing(&mut self) -> bool {
        self.told.is_empty() && self.statuses.is_empty()
    }

    /// The next status of a connector.
    pub(crate) async fn status(&mut self) -> Status {
        self.statuses.recv().await.unwrap()
    }

    /// The next event that is no meter value.
    pub(crate) async fn told_but_samples(&mut self) -> Told {
        loop {
            match self.told().await {
                Told::Metered { .. } => {}
                told => return told,
            }
        }
    }

    /// Waits until the station is connected no more.
    pub(crate) async fn disconnected(&self) {
        while self.stations.is_connected(STATION) {
            tokio::task::yield_now().await;
        }
    }

    /// Waits until the station is connected.
    pub(crate) async fn connected(&self) {
        while !self.stations.is_connected(STATION) {
            tokio::task::yield_now().await;
        }
    }
}
