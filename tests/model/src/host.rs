//! The host: how it handles reports, deadlines, and the commands in its store.

use chargetap_contract::session::{Event, Evse, MeterReading, OrphanHold, Phase, Stopped, Tap};
use chargetap_contract::terminal::{Card, CardRead, CardReference, CardScheme, Hold};

use crate::outside::Stage;
use crate::store::{Applied, DRIVER, HOLD, Order, Status, TERMINAL};
use crate::world::{Flight, Leg, Reading, Report, World};

impl World {
    /// A callback or report reaches the host, and is answered once it is stored.
    pub(crate) fn receive(&mut self, report: Report) {
        match report {
            Report::Card => {
                self.apply(Event::CardPresented(card("read")), Some("card".into()));
            }
            Report::CardAgain(number) => {
                // Without a running session of this card, it would begin another one.
                if is_running(self.store.phase()) {
                    let key = format!("card-{number}");
                    self.apply(Event::CardPresented(card(&key)), Some(key));
                }
            }
            Report::Started(reading) => self.started(reading),
            Report::Metered(reading) => {
                self.apply(Event::MeterRead(meter(reading)), None);
            }
            Report::Stopped(reading) => {
                let MeterReading { energy, at } = meter(reading);
                let stopped = Stopped {
                    at,
                    energy: Some(energy),
                    reason: String::new(),
                };
                let key = Some("stopped".into());
                let in_time = matches!(self.store.phase(), Some(Phase::Charging | Phase::Stopping));
                let applied = self.apply(Event::ChargingStopped(stopped), key);
                if in_time && applied == Applied::Yes {
                    self.store.ended_at = Some(reading.energy);
                }
            }
        }
    }

    fn started(&mut self, reading: Reading) {
        let key = format!("started-{}-{}", reading.at, reading.energy);
        let applied = self.apply(Event::ChargingStarted(meter(reading)), Some(key));
        if applied == Applied::Yes {
            self.store.began_at = Some(reading.energy);
        }
        let allowed = matches!(applied, Applied::Yes | Applied::Duplicate);
        if self.station.stage == Stage::Starting {
            self.station.stage = if allowed {
                Stage::Charging
            } else {
                Stage::Ended
            };
        }
    }

    pub(crate) fn apply(&mut self, event: Event, delivery: Option<String>) -> Applied {
        self.store.apply(DRIVER, event, self.now, delivery, None)
    }

    /// Dispatch a waiting command: it is recorded as sent, and then under way.
    pub(crate) fn dispatch(&mut self, id: &str) {
        let Some(command) = self.store.commands.get_mut(id) else {
            return;
        };
        command.status = Status::Sent;
        let order = command.order.clone();
        let session = session_of(id).to_owned();
        let leg = match &order {
            // It is sent only if the session still waits for it.
            Order::Authorise if !self.store.is_authorising() => {
                return self.store.complete(id);
            }
            Order::Authorise => {
                self.provider.authorisations += 1;
                Leg::Request
            }
            Order::Receipt(receipt) => {
                self.store.receipts.entry(session).or_insert(*receipt);
                Leg::Local
            }
            Order::Alert => {
                self.store.alerts.insert(session);
                Leg::Local
            }
            _ => Leg::Request,
        };
        self.fly(Flight {
            command: id.to_owned(),
            order,
            leg,
            awaited: true,
        });
    }

    /// A deadline passes.
    pub(crate) fn pass_deadline(&mut self) {
        let Some((at, session)) = self.store.next_deadline() else {
            return;
        };
        let session = session.to_owned();
        self.now = self.now.max(at);
        let applied = self.store.apply(
            &session,
            Event::DeadlineReached(Some(u64::MAX)),
            self.now,
            None,
            None,
        );
        assert_eq!(applied, Applied::Yes, "{session} asked to be stepped now");
    }

    /// The host dies, and another begins with the same store. Requests may still arrive.
    pub(crate) fn crash(&mut self) {
        self.orphan = None;
        let flights = std::mem::take(&mut self.under_way);
        for flight in flights {
            self.stray(flight);
        }
    }

    /// Requests take effect within some time, or never, and a station waits for a vehicle no longer than for some
    /// minutes. The deadlines of a session that closes its hold are further apart.
    pub(crate) fn lose_strays(&mut self) {
        let is_voiding = self.store.phase() == Some(Phase::Voiding);
        self.under_way.retain(|flight| {
            let is_lost = match flight.order {
                Order::Close(..) => true,
                Order::Start => is_voiding,
                _ => false,
            };
            flight.awaited || flight.leg != Leg::Request || !is_lost
        });
        if is_voiding && self.station.stage == Stage::Expecting {
            self.station.stage = Stage::Ended;
        }
    }

    /// The host no longer waits for this request, which may still arrive.
    pub(crate) fn stray(&mut self, mut flight: Flight) {
        if flight.leg == Leg::Request && !matches!(flight.order, Order::LookUp(_)) {
            flight.awaited = false;
            self.fly(flight);
        }
    }

    /// Commands that were sent by a host that died.
    pub(crate) fn abandoned(&self) -> impl Iterator<Item = &str> {
        self.store
            .commands
            .iter()
            .filter(|(_, command)| command.status == Status::Sent)
            .map(|(id, _)| id.as_str())
            .filter(|id| {
                let mut awaited = self.under_way.iter().filter(|flight| flight.awaited);
                awaited.all(|flight| flight.command != *id)
            })
    }

    /// Open holds that no session knows.
    pub(crate) fn orphans(&self) -> Vec<String> {
        let mut open = self.provider.open();
        open.retain(|payment| self.store.owner(payment).is_none());
        open
    }

    /// Void the hold that was found, unless a session knows it.
    pub(crate) fn void_orphan(&mut self, payment: &str) {
        let session = format!("orphan-{TERMINAL}-{payment}");
        let orphan = OrphanHold {
            terminal: TERMINAL.into(),
            hold: hold(payment.to_owned()),
        };
        let event = Event::OrphanHoldFound(orphan);
        self.store.apply(&session, event, self.now, None, None);
    }
}

pub(crate) fn hold(payment: String) -> Hold {
    Hold {
        payment,
        amount: HOLD,
    }
}

fn card(read: &str) -> Tap {
    Tap {
        read: CardRead {
            terminal: TERMINAL.into(),
            read: read.into(),
            card: Card {
                scheme: CardScheme::Visa,
                last_four: None,
                reference: CardReference { high: 0, low: 1 },
            },
            application: None,
        },
        told_price: None,
        evse: Some(Evse {
            station: "s".into(),
            connector: 1,
        }),
    }
}

fn meter(reading: Reading) -> MeterReading {
    MeterReading {
        energy: reading.energy * 1_000,
        at: reading.at,
    }
}

pub(crate) fn session_of(command: &str) -> &str {
    command.split('/').next().unwrap_or_default()
}

/// Whether showing the card again means that the driver wants to leave.
pub(crate) fn is_running(phase: Option<Phase>) -> bool {
    matches!(
        phase,
        Some(Phase::Authorising | Phase::Starting | Phase::Charging | Phase::Stopping)
    )
}
