//! The oracle: the provider's books, what was truly metered, what was acknowledged, and every rule
//! that money must follow. It shares no code with what it judges.

use std::collections::{BTreeMap, BTreeSet};

use chargetap_contract::receipt::{Document, Subject, Summary};
use chargetap_contract::session::{Event, Phase, View};
use chargetap_engine::platform::Value;

use crate::disk::Disk;
use crate::provider::{Call, Tapped};

/// A terminal and a payment there.
type Payment = (String, String);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Captured(u64),
    Voided,
}

#[derive(Debug)]
struct Hold {
    amount: u64,
    card: String,
    state: State,
}

/// What a station truly delivered under a token.
#[derive(Debug)]
struct Transaction {
    start: u64,
    stop: Option<u64>,
}

#[derive(Default)]
pub(crate) struct Oracle {
    holds: BTreeMap<Payment, Hold>,
    open: BTreeSet<Payment>,
    transactions: BTreeMap<String, Transaction>,
    /// Captures and voids that were sent and whose outcome is unknown.
    unanswered: BTreeSet<Payment>,
    /// The card that was tapped under each arming id.
    taps: BTreeMap<String, Tapped>,
    /// The token under which each vehicle was charged, by the connector and the number of the
    /// vehicle there.
    served: BTreeMap<(u32, u64), String>,
    /// The refunds that the operator asked for, by session, and whether they were granted.
    refunds: BTreeMap<String, (u64, Option<bool>)>,
    alerts: BTreeMap<String, u64>,
    violations: Vec<String>,
}

/// A session as the store has it.
struct StoredSession {
    phase: Phase,
    view: View,
    start: Option<u64>,
    stop: Option<u64>,
}

impl Oracle {
    pub(crate) fn violation(&mut self, violation: String) {
        self.violations.push(violation);
    }

    pub(crate) fn violations(&self) -> impl Iterator<Item = String> + '_ {
        self.violations.iter().cloned()
    }

    fn demand(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.violation(otherwise());
        }
    }

    pub(crate) fn alert(&mut self, reason: &str) {
        *self.alerts.entry(reason.to_owned()).or_default() += 1;
    }

    // The provider's books.

    pub(crate) fn hold(&mut self, terminal: &str, payment: &str, amount: u64, card: &str) {
        let key = (terminal.to_owned(), payment.to_owned());
        self.open.insert(key.clone());
        let hold = Hold {
            amount,
            card: card.to_owned(),
            state: State::Open,
        };
        let earlier = self.holds.insert(key, hold);
        self.demand(earlier.is_none(), || {
            format!("payment {payment} at {terminal} twice")
        });
    }

    /// Book a capture, and answer with a status.
    pub(crate) fn capture(&mut self, terminal: &str, payment: &str, amount: u64) -> u16 {
        let key = (terminal.to_owned(), payment.to_owned());
        let Some(hold) = self.holds.get_mut(&key) else {
            return 404;
        };
        if hold.state != State::Open {
            return 409;
        }
        let held = hold.amount;
        hold.state = State::Captured(amount);
        self.open.remove(&key);
        self.demand(amount <= held, || {
            format!("{amount} captured of {held} held: {key:?}")
        });
        self.demand(amount > 0, || format!("nothing captured: {key:?}"));
        200
    }

    /// Book a void, and answer with a status.
    pub(crate) fn void(&mut self, terminal: &str, payment: &str) -> u16 {
        let key = (terminal.to_owned(), payment.to_owned());
        match self.holds.get_mut(&key) {
            None => 404,
            Some(hold) if hold.state != State::Open => 409,
            Some(hold) => {
                hold.state = State::Voided;
                self.open.remove(&key);
                200
            }
        }
    }

    pub(crate) fn open_holds<'a>(
        &'a self,
        terminal: &'a str,
    ) -> impl Iterator<Item = (&'a str, u64)> + 'a {
        let at_terminal = move |key: &&Payment| key.0 == terminal;
        self.open.iter().filter(at_terminal).filter_map(|key| {
            let hold = self.holds.get(key)?;
            Some((key.1.as_str(), hold.amount))
        })
    }

    pub(crate) fn has_open_holds(&self) -> bool {
        !self.open.is_empty()
    }

    /// The session that a card began last.
    pub(crate) fn session_of(&self, card: &str) -> Option<String> {
        let found = self.taps.iter().find(|(_, tapped)| tapped.card == card);
        found.map(|(session, _)| session.clone())
    }

    // Calls from the gateway to the provider.

    /// The gateway sends a call. After a capture or void of unknown outcome, another one must not
    /// be sent before a lookup.
    pub(crate) fn sent(&mut self, call: &Call) {
        if let Call::Capture(terminal, payment, _) | Call::Void(terminal, payment) = call {
            let known = self.unanswered.insert((terminal.clone(), payment.clone()));
            self.demand(known, || {
                format!("{call:?} sent again although nobody knows what became of it")
            });
        }
    }

    /// The gateway has the answer to a call.
    pub(crate) fn answered(&mut self, call: &Call, status: u16) {
        match call {
            Call::Capture(terminal, payment, _) | Call::Void(terminal, payment) if status < 500 => {
                self.unanswered.remove(&(terminal.clone(), payment.clone()));
            }
            Call::Sessions(terminal) if status == 200 => {
                self.unanswered.retain(|(at, _)| at != terminal);
            }
            _ => {}
        }
    }

    // What was acknowledged to others must be in the store.

    /// `was_ignored` is whether cards were ignored when it was reported: the session may have moved
    /// on since.
    pub(crate) fn card_acknowledged(
        &mut self,
        disk: &Disk,
        arming_id: &str,
        tapped: &Tapped,
        was_ignored: bool,
    ) {
        let query = "SELECT 1 FROM event WHERE read = ?1";
        let stored = was_ignored
            || card_is_ignored(disk, arming_id)
            || !rows(disk, query, vec![Value::Text(arming_id.into())]).is_empty();
        self.demand(stored, || {
            format!("arming id {arming_id} was acknowledged and is not stored")
        });
        self.taps
            .entry(arming_id.to_owned())
            .or_insert_with(|| tapped.clone());
    }

    pub(crate) fn stop_chosen_acknowledged(&mut self, disk: &Disk, session: &str) {
        let running = "SELECT 1 FROM session
                       WHERE id = ?1 AND phase IN ('starting', 'charging')";
        let forgotten = !rows(disk, running, vec![Value::Text(session.into())]).is_empty();
        self.demand(!forgotten, || {
            format!("the request to stop {session} was acknowledged and forgotten")
        });
    }

    /// The operator asks for a refund, and is answered or not.
    pub(crate) fn refund(&mut self, session: &str, amount: u64, is_granted: Option<bool>) {
        self.refunds
            .insert(session.to_owned(), (amount, is_granted));
    }

    /// The gateway accepted the start of a vehicle's transaction, at a terminal where drivers plug
    /// in first.
    pub(crate) fn vehicle_served(&mut self, connector: u32, vehicle: u64, id_tag: &str) {
        let served = self.served.entry((connector, vehicle));
        let first = served.or_insert_with(|| id_tag.to_owned()).clone();
        self.demand(first == id_tag, || {
            format!(
                "the vehicle of {first} at connector {connector} is charged by {id_tag} as well"
            )
        });
    }

    /// Whether a refund was asked for already.
    pub(crate) fn has_refund(&self, session: &str) -> bool {
        self.refunds.contains_key(session)
    }

    pub(crate) fn start_acknowledged(&mut self, disk: &Disk, id_tag: &str, number: Option<i32>) {
        let stored = events(disk, id_tag)
            .iter()
            .any(|event| matches!(event, Event::ChargingStarted(_)));
        self.demand(stored || number.is_none(), || {
            format!("the start of {id_tag} was acknowledged and is not stored")
        });
    }

    pub(crate) fn stop_acknowledged(&mut self, disk: &Disk, id_tag: &str) {
        let running = "SELECT 1 FROM session
                       WHERE id = ?1 AND phase IN ('starting', 'charging', 'stopping')";
        let forgotten = !rows(disk, running, vec![Value::Text(id_tag.into())]).is_empty();
        self.demand(!forgotten, || {
            format!("the end of {id_tag} was acknowledged and forgotten")
        });
    }

    // What was truly metered.

    pub(crate) fn transaction_started(&mut self, id_tag: &str, start: u64) {
        let transaction = Transaction { start, stop: None };
        // A start that is repeated after its transaction makes another one, which is not billed.
        self.transactions
            .entry(id_tag.to_owned())
            .or_insert(transaction);
    }

    pub(crate) fn transaction_stopped(&mut self, id_tag: &str, stop: u64) {
        if let Some(transaction) = self.transactions.get_mut(id_tag) {
            transaction.stop.get_or_insert(stop);
        }
    }

    // The judgement, once everything has come to rest.

    pub(crate) fn judge(&mut self, disk: &Disk) {
        let held: u64 = self.holds.values().map(|hold| hold.amount).sum();
        let mut accounted = 0;
        let mut sessions: BTreeMap<Payment, String> = BTreeMap::new();
        let receipts = receipts(disk);
        for (id, session) in stored_sessions(disk) {
            self.judge_session(&id, &session, receipts.get(&id));
            if let Some(hold) = &session.view.hold {
                let key = (session.view.terminal.clone(), hold.payment.clone());
                accounted += session.view.captured + session.view.released;
                if let Some(other) = sessions.insert(key, id.clone()) {
                    self.violation(format!("{id} and {other} have the same hold"));
                }
            }
        }
        self.judge_numbers(disk);
        self.judge_alerts(disk);
        let strays: Vec<String> = self
            .holds
            .iter()
            .filter(|(key, hold)| hold.state == State::Open || !sessions.contains_key(*key))
            .map(|(key, hold)| format!("{key:?} is {:?} and has no ended session", hold.state))
            .collect();
        self.violations.extend(strays);
        self.demand(accounted == held, || {
            format!("{held} was held, and the sessions account for {accounted}")
        });
    }

    fn judge_session(&mut self, id: &str, session: &StoredSession, receipt: Option<&Summary>) {
        let StoredSession { phase, view, .. } = session;
        let hold = view.hold.as_ref().and_then(|hold| {
            self.holds
                .get(&(view.terminal.clone(), hold.payment.clone()))
        });
        let state = hold.map(|hold| hold.state);
        let expected = match phase {
            Phase::Settled | Phase::Refunded => Some(State::Captured(view.captured)),
            Phase::Cancelled => Some(State::Voided),
            Phase::FailedNothingTaken if view.hold.is_some() => Some(State::Voided),
            Phase::FailedNothingTaken | Phase::Declined => None,
            other => {
                return self.violation(format!("{id} came to rest in {other:?}"));
            }
        };
        let is_captured = matches!(phase, Phase::Settled | Phase::Refunded);
        let whose = hold.map(|hold| hold.card.clone());
        self.demand(view.refunded <= view.captured, || {
            format!("{id}: {} refunded of {}", view.refunded, view.captured)
        });
        self.demand(state == expected, || {
            format!("{id} is {phase:?}, and its hold is {state:?}")
        });
        let refund = self.refunds.get(id).copied();
        let is_right = match refund {
            Some((amount, Some(true))) => view.refunded == amount,
            Some((amount, None)) => [0, amount].contains(&view.refunded),
            Some((_, Some(false))) | None => view.refunded == 0,
        };
        self.demand(is_right, || {
            format!("{id}: {} refunded, and {refund:?} asked for", view.refunded)
        });
        if let (Some(whose), Some(tapped), true) = (whose, self.taps.get(id), is_captured) {
            let tapped = tapped.clone();
            self.judge_tap(id, view, &whose, &tapped);
        }
        self.judge_receipt(id, session, receipt);
        if is_captured {
            self.judge_price(id, session);
        }
    }

    /// The session is what the terminal showed, and its own driver's card paid for it.
    fn judge_tap(&mut self, id: &str, view: &View, whose: &str, tapped: &Tapped) {
        self.demand(whose == tapped.card, || {
            format!("{id} of {} was paid by {whose}", tapped.card)
        });
        let evse = view.evse.as_ref().map(|evse| evse.connector);
        self.demand(
            tapped.connector.is_none() || tapped.connector == evse,
            || {
                format!(
                    "{id} was to be at {:?} and is at {evse:?}",
                    tapped.connector
                )
            },
        );
        let held = view.hold.as_ref().map(|hold| hold.amount);
        self.demand(held == Some(tapped.amount), || {
            format!("{id} was to hold {} and holds {held:?}", tapped.amount)
        });
    }

    /// The issuer's numbers have no gap. Each is on one receipt, and every receipt over money has
    /// one.
    fn judge_numbers(&mut self, disk: &Disk) {
        let numbered = rows(
            disk,
            "SELECT CAST(number AS TEXT), coalesce(document ->> '$.number', 'on no receipt')
             FROM invoice LEFT JOIN (SELECT command, document FROM paper) USING (command)
             ORDER BY number",
            vec![],
        );
        for (expected, row) in (1..).zip(&numbered) {
            let expected = format!("L-{expected}");
            let (number, printed) = (format!("L-{}", text(row.first())), text(row.get(1)));
            self.demand(number == expected && printed == expected, || {
                format!("number {number} stands where {expected} should, and is {printed}")
            });
        }
        let unnumbered = rows(
            disk,
            "SELECT id FROM paper WHERE amount > 0 AND command NOT IN (SELECT command FROM invoice)",
            vec![],
        );
        self.demand(unnumbered.is_empty(), || {
            "a receipt over money has no number".to_owned()
        });
    }

    /// Every alert that a session asked for is on record once, however often its command was executed.
    fn judge_alerts(&mut self, disk: &Disk) {
        let miscounted = rows(
            disk,
            "SELECT command.id, CAST(count(alert.key) AS TEXT)
             FROM command LEFT JOIN fleet_item AS alert
               ON alert.kind = 'alert' AND alert.item ->> '$.record.cause' = command.id
             WHERE command.action ->> '$.RaiseAlert' IS NOT NULL
             GROUP BY command.id HAVING count(alert.key) <> 1",
            vec![],
        );
        for row in &miscounted {
            let (command, count) = (text(row.first()), text(row.get(1)));
            self.violation(format!("{count} alerts are on record for {command}"));
        }
    }

    fn judge_receipt(&mut self, id: &str, session: &StoredSession, receipt: Option<&Summary>) {
        let view = &session.view;
        match receipt {
            Some(summary) => {
                let printed_amounts = (summary.captured, summary.released);
                self.demand(printed_amounts == (view.captured, view.released), || {
                    format!("{id}: the receipt says {printed_amounts:?}")
                });
            }
            // Without a capture there may be none: an orphaned hold has a receipt of another kind,
            // and a card at an occupied EVSE none.
            None if view.captured > 0 => {
                self.violation(format!("{id} was settled without a receipt"));
            }
            None => {}
        }
    }

    /// The price is exactly the tariff's for what the station delivered and reported.
    fn judge_price(&mut self, id: &str, session: &StoredSession) {
        let (view, Some(truth)) = (&session.view, self.transactions.get(id)) else {
            return self.violation(format!("{id} was settled, and nothing was delivered"));
        };
        let held = view.hold.as_ref().map_or(0, |hold| hold.amount);
        let (start, stop) = (truth.start, truth.stop);
        let reported_stop = session.stop;
        self.demand(session.start == Some(start), || {
            format!("{id} starts at {:?} Wh and not at {start}", session.start)
        });
        if reported_stop.is_some() {
            self.demand(reported_stop == stop, || {
                format!("{id} stops at {reported_stop:?} Wh and not at {stop:?}")
            });
            let delivered = stop.map(|stop| stop - start);
            let known = view.reported_late.unwrap_or(view.energy);
            self.demand(delivered == Some(known), || {
                format!("{id}: {known} Wh known of {delivered:?}")
            });
        }
        if let Some(stop) = stop {
            self.demand(view.energy <= stop - start, || {
                format!("{id}: {} Wh billed, more than delivered", view.energy)
            });
        }
        let price = price(view.energy).min(held);
        self.demand(view.captured == price, || {
            format!(
                "{id}: {} captured for {} Wh, worth {price}",
                view.captured, view.energy
            )
        });
    }
}

/// 0.49 a kWh and 0.25 a session, with 25 % VAT, in cents, rounded half up.
fn price(energy: u64) -> u64 {
    (energy * 49 * 125 + 25 * 1_000 * 125 + 50_000) / 100_000
}

/// Cards are ignored while a session at their terminal is being authorised or stopped.
pub(crate) fn card_is_ignored(disk: &Disk, arming_id: &str) -> bool {
    let query = "SELECT 1 FROM session JOIN ask USING (terminal)
                 WHERE ask.id = ?1 AND phase IN ('authorising', 'stopping')";
    !rows(disk, query, vec![Value::Text(arming_id.into())]).is_empty()
}

fn rows(disk: &Disk, query: &str, parameters: Vec<Value>) -> Vec<Vec<Value>> {
    disk.query(query, parameters).unwrap_or_default()
}

fn text(value: Option<&Value>) -> &str {
    match value {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

fn events(disk: &Disk, session: &str) -> Vec<Event> {
    let query = "SELECT event FROM event WHERE session = ?1 ORDER BY version";
    rows(disk, query, vec![Value::Text(session.into())])
        .iter()
        .filter_map(|row| serde_json::from_str(text(row.first())).ok())
        .collect()
}

fn receipts(disk: &Disk) -> BTreeMap<String, Summary> {
    rows(disk, "SELECT session, document FROM paper", vec![])
        .iter()
        .filter_map(|row| {
            let document: Document = serde_json::from_str(text(row.get(1))).ok()?;
            let Subject::Session(summary) = document.subject else {
                return None;
            };
            Some((text(row.first()).to_owned(), summary))
        })
        .collect()
}

fn stored_sessions(disk: &Disk) -> Vec<(String, StoredSession)> {
    rows(disk, "SELECT id, view FROM session ORDER BY number", vec![])
        .iter()
        .filter_map(|row| {
            let id = text(row.first()).to_owned();
            let view: View = serde_json::from_str(text(row.get(1))).ok()?;
            let mut session = StoredSession {
                phase: view.phase,
                view,
                start: None,
                stop: None,
            };
            for event in events(disk, &id) {
                match event {
                    Event::ChargingStarted(reading) => session.start = Some(reading.energy),
                    Event::ChargingStopped(stopped) => session.stop = Some(stopped.reading.energy),
                    _ => {}
                }
            }
            Some((id, session))
        })
        .collect()
}
