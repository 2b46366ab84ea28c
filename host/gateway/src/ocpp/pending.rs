//! Stations that may not connect: they are held pending until the operator lets them. Then their connection is closed, and
//! they come back.
//!
//! Such a station is told that it is pending, and the time. Nothing else that it says reaches the engine, the store or a
//! central system above. What it tells of transactions is not answered: a station drops what is refused a few times, and
//! keeps what is not answered until it is configured. The rest is refused. What it says of itself is shown to the
//! operator, and kept while it is connected. Anybody can be such a station, so that there are few places, and messages
//! are short. Who tries identities can tell by it which are configured.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::{Message, WebSocket};
use chargetap_engine::loggable_boot;
use chargetap_engine::platform::PendingStation;
use chargetap_fleet::text::StationId;
use chargetap_ocpp::frame::ErrorCode;
use chargetap_ocpp::message::{self, Call, Incoming, Response};
use chargetap_ocpp::report::Boot;
use chargetap_ocpp::{DateTime, Version};
use tokio::sync::Notify;

use super::socket::{self, Ended, Liveness};
use super::{Shared, StationEvents};

/// The largest message that is read of such a station.
pub(super) const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// How many such stations may be connected, and how many of one source.
pub(super) const MOST: usize = 64;
pub(super) const MOST_OF_SOURCE: usize = 8;
/// The longest identity that OCPP allows.
const LONGEST_IDENTITY: usize = 48;
/// When such a station is to say again that it started, in seconds.
const BOOT_INTERVAL_S: u32 = 60;

/// Whether a station of this identity may be held pending: the operator could configure it.
pub(super) fn may_be_held(identity: &str) -> bool {
    identity.len() <= LONGEST_IDENTITY && identity.parse::<StationId>().is_ok()
}

/// The stations that are held pending, by identity.
#[derive(Debug, Default)]
pub(super) struct Pending(Mutex<BTreeMap<String, Held>>);

#[derive(Debug)]
struct Held {
    station: PendingStation,
    replaced: Arc<Notify>,
}

/// The place of a station that is held pending. It is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    pending: Arc<Pending>,
    station: String,
    /// A newer connection took the place.
    replaced: Arc<Notify>,
    /// It took the place of an older connection.
    pub(super) is_replacement: bool,
}

impl Pending {
    /// A place for a station, if there is one. It takes that of an older connection of the same identity.
    pub(super) fn hold(self: &Arc<Self>, station: PendingStation) -> Option<Place> {
        let mut all = self.lock();
        let others = all.values().map(|held| &held.station);
        let others = others.filter(|other| other.id != station.id);
        let of_source = others
            .clone()
            .filter(|other| other.source == station.source);
        if others.clone().count() >= MOST || of_source.count() >= MOST_OF_SOURCE {
            return None;
        }
        let id = station.id.clone();
        let replaced = Arc::new(Notify::new());
        let held = Held {
            station,
            replaced: replaced.clone(),
        };
        let older = all.insert(id.clone(), held);
        if let Some(older) = &older {
            older.replaced.notify_one();
        }
        Some(Place {
            pending: self.clone(),
            station: id,
            replaced,
            is_replacement: older.is_some(),
        })
    }

    /// All of them, by identity.
    pub(super) fn list(&self) -> Vec<PendingStation> {
        let all = self.lock();
        all.values().map(|held| held.station.clone()).collect()
    }

    /// Every change leaves the map whole, also after a panic elsewhere.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The station said who it is.
    fn booted(&self, boot: &Boot) {
        // Before the lock is taken, as it may take a while.
        let boot = loggable_boot(boot);
        let mut all = self.pending.lock();
        let held = all.get_mut(&self.station);
        if let Some(held) = held.filter(|held| self.is_of(held)) {
            held.station.boot = boot;
        }
    }

    fn is_of(&self, held: &Held) -> bool {
        Arc::ptr_eq(&held.replaced, &self.replaced)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.pending.lock();
        if all.get(&self.station).is_some_and(|held| self.is_of(held)) {
            all.remove(&self.station);
        }
    }
}

/// Holds a station pending until its connection ends.
pub(super) async fn serve<E: StationEvents>(
    shared: Arc<Shared<E>>,
    place: Place,
    version: Version,
    mut socket: WebSocket,
) {
    let ended = tokio::select! {
        () = place.replaced.notified() => Ended::Replaced,
        () = until_it_may_connect(&shared, &place.station) => Ended::Admitted,
        ended = talk(&shared, &place, version, &mut socket) => ended,
    };
    let station = &place.station;
    tracing::debug!(station, reason = %ended, "a station is held pending no more");
}

async fn until_it_may_connect<E: StationEvents>(shared: &Shared<E>, station: &str) {
    loop {
        tokio::time::sleep(shared.timeouts.pending).await;
        if let Ok(Some(_)) = shared.events.access(station).await {
            return;
        }
    }
}

/// Answers until the connection ends, and says why.
async fn talk<E>(
    shared: &Shared<E>,
    place: &Place,
    version: Version,
    socket: &mut WebSocket,
) -> Ended {
    let mut liveness = Liveness::new(&shared.timeouts);
    loop {
        let message = tokio::select! {
            received = socket.recv() => match received {
                Some(Ok(message)) => {
                    liveness.heard(&message);
                    let now = DateTime::from_unix_ms((shared.clock)());
                    let text = socket::text(&message);
                    text.and_then(|text| answer(place, version, &text, now))
                }
                Some(Err(error)) => return error.into(),
                None => return Ended::ByStation,
            },
            ping = liveness.next_ping() => match ping {
                Ok(ping) => Some(ping),
                Err(ended) => return ended,
            },
        };
        if let Some(message) = message
            && let Err(ended) = socket::write(socket, message, shared.timeouts.send).await
        {
            return ended;
        }
    }
}

/// What the station is answered; nothing, if it called nothing.
fn answer(place: &Place, version: Version, text: &str, now: DateTime) -> Option<Message> {
    let (id, response) = match message::read(version, text).incoming {
        Incoming::Call(id, Call::BootNotification(boot)) => {
            place.booted(&boot);
            let response = Response::BootNotification {
                now,
                is_accepted: false,
                interval: BOOT_INTERVAL_S,
            };
            (id, Ok(response))
        }
        Incoming::Call(id, Call::Heartbeat) => (id, Ok(Response::Heartbeat { now })),
        Incoming::Call(
            _,
            Call::StartTransaction(_)
            | Call::StopTransaction(_)
            | Call::MeterValues(_)
            | Call::TransactionEvent(_),
        ) => return None,
        Incoming::Call(id, _) | Incoming::BrokenCall(id) => (id, Err(ErrorCode::SecurityError)),
        Incoming::Answer(..) | Incoming::Nothing => return None,
    };
    Some(Message::text(message::answer(version, &id, response)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn station(id: &str, source: &str) -> PendingStation {
        PendingStation {
            id: id.to_owned(),
            source: source.to_owned(),
            since: 0,
            ocpp: "1.6".to_owned(),
            has_password: false,
            has_certificate: false,
            boot: Boot::default(),
        }
    }

    /// Takes as many places as there are. Of each source, as many stations as that try it.
    fn fill(pending: &Arc<Pending>, sources: usize, of_each: usize) -> Vec<Place> {
        let tries = (0..sources).flat_map(|source| (0..of_each).map(move |of| (source, of)));
        tries
            .filter_map(|(source, of)| {
                let id = format!("CP-{source}-{of}");
                pending.hold(station(&id, &format!("192.0.2.{source}")))
            })
            .collect()
    }

    #[test]
    fn an_identity_that_cannot_be_configured_or_is_too_long_is_not_held() {
        let longest = "x".repeat(48);
        for (identity, expected) in [
            ("CP-9", true),
            ("RDAM 123", true),
            (longest.as_str(), true),
            (&format!("{longest}x"), false),
            ("", false),
            (" CP-9", false),
            ("CP\n9", false),
            ("CP-é", false),
            ("4111111111111111", false),
        ] {
            assert_eq!(may_be_held(identity), expected, "{identity:?}");
        }
    }

    #[test]
    fn a_source_has_eight_places_and_others_have_theirs() {
        let pending = Arc::default();
        let mut places = fill(&pending, 2, 20);
        assert_eq!(places.len(), 16);
        assert!(pending.hold(station("NEW", "192.0.2.0")).is_none());
        places.remove(0);
        let _new = pending.hold(station("NEW", "192.0.2.0")).unwrap();
        assert!(pending.hold(station("NEWER", "192.0.2.0")).is_none());
    }

    #[test]
    fn there_are_sixty_four_places_in_all() {
        let pending = Arc::default();
        let places = fill(&pending, 20, 5);
        assert_eq!(places.len(), 64);
        assert_eq!(pending.list().len(), 64);
        assert!(pending.hold(station("NEW", "198.51.100.1")).is_none());
        drop(places);
        assert!(pending.list().is_empty());
    }

    #[test]
    fn a_newer_connection_takes_the_place_of_the_older_also_where_none_is_free() {
        let pending = Arc::default();
        let mut places = fill(&pending, 1, 8);
        let older = places.remove(0);
        let newer = pending.hold(station("CP-0-0", "192.0.2.0")).unwrap();
        assert!(newer.is_replacement);
        // What the older one still says counts no more, and its end frees nothing.
        older.booted(&Boot {
            vendor: "Older".to_owned(),
            ..Boot::default()
        });
        drop(older);
        let all = pending.list();
        assert_eq!(all.len(), 8);
        assert!(all.iter().all(|it| it.boot == Boot::default()));
        drop(newer);
        assert_eq!(pending.list().len(), 7);
    }

    #[test]
    fn what_a_station_says_of_itself_is_short_and_holds_no_card_number() {
        let pending = Arc::default();
        let place = Pending::hold(&pending, station("CP-9", "192.0.2.1")).unwrap();
        place.booted(&Boot {
            vendor: "V".repeat(1_000),
            model: "no 4111 1111 1111 1111".to_owned(),
            serial: Some("a\r\nb\u{1b}[31m".to_owned()),
            firmware: None,
        });
        let kept = Boot {
            vendor: "V".repeat(100),
            model: "no **** **** **** ****".to_owned(),
            serial: Some("ab[31m".to_owned()),
            firmware: None,
        };
        assert_eq!(pending.list()[0].boot, kept);
    }
}
