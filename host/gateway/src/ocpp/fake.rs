//! A central system for tests, whose events go to a channel instead of a journal.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chargetap_contract::session::{MeterReading, Stopped};
use chargetap_engine::Vehicle;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::{StationEvents, Stations, Timeouts, Unavailable};

pub(crate) const STATION: &str = "CP-1";
pub(crate) const PASSWORD: &str = "correct horse";
/// The transaction id given to every token that begins with `OURS`.
pub(crate) const TRANSACTION: i32 = 4711;
/// What the clock shows: 2023-11-14T22:13:20Z.
const NOW: u64 = 1_700_000_000_000;

/// What was taken in, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    Started {
        connector: u32,
        id_tag: String,
        energy: u64,
    },
    Metered {
        transaction: i32,
        energy: u64,
        at: u64,
    },
    Signed {
        transaction: i32,
        packets: Vec<String>,
    },
    Stopped {
        transaction: i32,
        energy: u64,
        reason: String,
    },
}

/// Where the events go.
#[derive(Debug)]
pub(crate) struct Journal {
    told: mpsc::UnboundedSender<Told>,
    vehicles: mpsc::UnboundedSender<(u32, Vehicle)>,
    /// How many events are still refused.
    pub(crate) refusals: AtomicU32,
    /// Taking in an event needs a permit and gives it back.
    pub(crate) gate: Semaphore,
}

impl Journal {
    async fn take_in(&self, told: Told) -> Result<(), Unavailable> {
        let _permit = self.gate.acquire().await.unwrap();
        let refused = |left: u32| left.checked_sub(1);
        if self
            .refusals
            .try_update(Ordering::Relaxed, Ordering::Relaxed, refused)
            .is_ok()
        {
            return Err(Unavailable);
        }
        // Fails if the test is over.
        let _ = self.told.send(told);
        Ok(())
    }
}

impl StationEvents for Arc<Journal> {
    async fn has(&self, _: &str, connector: u32, vehicle: Vehicle) -> Result<(), Unavailable> {
        // Fails if the test has ended.
        let _ = self.vehicles.send((connector, vehicle));
        Ok(())
    }

    async fn started(
        &self,
        _station: &str,
        connector: u32,
        id_tag: &str,
        reading: MeterReading,
    ) -> Result<Option<i32>, Unavailable> {
        self.take_in(Told::Started {
            connector,
            id_tag: id_tag.to_owned(),
            energy: reading.energy,
        })
        .await?;
        Ok(id_tag.starts_with("OURS").then_some(TRANSACTION))
    }

    async fn metered(
        &self,
        _station: &str,
        transaction: i32,
        reading: MeterReading,
    ) -> Result<(), Unavailable> {
        self.take_in(Told::Metered {
            transaction,
            energy: reading.energy,
            at: reading.at,
        })
        .await
    }

    async fn signed(
        &self,
        _station: &str,
        transaction: i32,
        packets: Vec<String>,
    ) -> Result<(), Unavailable> {
        self.take_in(Told::Signed {
            transaction,
            packets,
        })
        .await
    }

    async fn stopped(
        &self,
        _station: &str,
        transaction: i32,
        stopped: Stopped,
    ) -> Result<(), Unavailable> {
        self.take_in(Told::Stopped {
            transaction,
            energy: stopped.reading.energy,
            reason: stopped.reason,
        })
        .await
    }
}

/// A central system that serves on a loopback socket until it is dropped.
pub(crate) struct Central {
    pub(crate) stations: Stations<Arc<Journal>>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) url: String,
    told: mpsc::UnboundedReceiver<Told>,
    vehicles: mpsc::UnboundedReceiver<(u32, Vehicle)>,
    _tasks: JoinSet<()>,
}

impl Central {
    pub(crate) async fn start(answer_timeout: Duration) -> Self {
        Self::start_with(Timeouts {
            answer: answer_timeout,
            ..Timeouts::default()
        })
        .await
    }

    pub(crate) async fn start_with(timeouts: Timeouts) -> Self {
        let (sender, told) = mpsc::unbounded_channel();
        let (vehicle_sender, vehicles) = mpsc::unbounded_channel();
        let journal = Arc::new(Journal {
            told: sender,
            vehicles: vehicle_sender,
            refusals: AtomicU32::new(0),
            gate: Semaphore::new(1),
        });
        let passwords = BTreeMap::from([(STATION.to_owned(), PASSWORD.into())]);
        let stations = Stations::new(journal.clone(), passwords, || NOW, timeouts);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/ocpp", listener.local_addr().unwrap());
        let router = stations.router();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            stations,
            journal,
            url,
            told,
            vehicles,
            _tasks: tasks,
        }
    }

    /// The next event that was taken in.
    pub(crate) async fn told(&mut self) -> Told {
        self.told.recv().await.unwrap()
    }

    /// The next connector at which a vehicle came or left.
    pub(crate) async fn vehicle(&mut self) -> (u32, Vehicle) {
        self.vehicles.recv().await.unwrap()
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
