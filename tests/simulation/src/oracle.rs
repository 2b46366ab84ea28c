//! The oracle: the provider's books, what was truly metered, what was acknowledged, and every rule
//! that money must follow. It shares no code with what it judges.

use std::collections::{BTreeMap, BTreeSet};

use chargetap_contract::receipt::{Document, Subject, Summary};
use chargetap_contract::session::{CommandResult, Event, Phase, View};
use chargetap_engine::platform::Value;

use crate::disk::Disk;
use crate::provider::{Call, Tapped};
use crate::site::{self, Price};

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

/// What a station truly delivered under a token, and to whom.
#[derive(Debug)]
struct Transaction {
    start: u64,
    stop: Option<u64>,
    /// What the register told then.
    told_start: u64,
    told_stop: Option<u64>,
    owner: String,
    /// Milliseconds since the world began.
    started_at: u64,
    stopped_at: Option<u64>,
    /// The register began anew meanwhile.
    began_anew: bool,
    /// A reading told another moment than that at which it was taken.
    told_wrong_time: bool,
}

/// How long a driver has to plug in, in milliseconds.
const TIME_TO_PLUG_IN: u64 = 5 * 60_000;
/// How long an attempt whose answer was lost may take to have its effect, in milliseconds.
const TAKES_EFFECT_WITHIN: i64 = 60_000;
/// By how much moments may be off, in milliseconds, and by how much where the gateway's clock was set.
const OFF_BY: u64 = 60_000;
const OFF_BY_WHERE_SET: u64 = 15 * 60_000;

#[derive(Default)]
pub(crate) struct Oracle {
    holds: BTreeMap<Payment, Hold>,
    open: BTreeSet<Payment>,
    transactions: BTreeMap<String, Transaction>,
    /// Captures and voids that were sent and whose outcome is unknown.
    unanswered: BTreeSet<Payment>,
    /// Sessions whose refunds the operator made in another way.
    refunded_elsewhere: BTreeSet<String>,
    clock_set_at: BTreeSet<u64>,
    /// The card that was tapped under each arming id, and when that was acknowledged.
    taps: BTreeMap<String, (Tapped, u64)>,
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
        let found = self
            .taps
            .iter()
            .find(|(_, (tapped, _))| tapped.card == card);
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
        now: u64,
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
            .or_insert_with(|| (tapped.clone(), now));
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

    pub(crate) fn transaction_started(
        &mut self,
        id_tag: &str,
        start: u64,
        told_start: u64,
        owner: &str,
        started_at: u64,
    ) {
        let transaction = Transaction {
            start,
            stop: None,
            told_start,
            told_stop: None,
            owner: owner.to_owned(),
            started_at,
            stopped_at: None,
            began_anew: false,
            told_wrong_time: false,
        };
        // A start that is repeated after its transaction makes another one, which is not billed.
        self.transactions
            .entry(id_tag.to_owned())
            .or_insert(transaction);
    }

    pub(crate) fn transaction_stopped(
        &mut self,
        id_tag: &str,
        stop: u64,
        told_stop: u64,
        stopped_at: u64,
    ) {
        if let Some(transaction) = self.transactions.get_mut(id_tag) {
            transaction.stop.get_or_insert(stop);
            transaction.told_stop.get_or_insert(told_stop);
            transaction.stopped_at.get_or_insert(stopped_at);
        }
    }

    pub(crate) fn register_began_anew(&mut self, id_tag: &str) {
        if let Some(transaction) = self.transactions.get_mut(id_tag) {
            transaction.began_anew = true;
        }
    }

    pub(crate) fn wrong_time_told(&mut self, id_tag: &str) {
        if let Some(transaction) = self.transactions.get_mut(id_tag) {
            transaction.told_wrong_time = true;
        }
    }

    /// The gateway's clock shows another time from now on.
    pub(crate) fn clock_was_set(&mut self, now: u64) {
        self.clock_set_at.insert(now);
    }

    /// The operator gave back what was due in another way.
    pub(crate) fn refunded_elsewhere(&mut self, session: &str) {
        self.refunded_elsewhere.insert(session.to_owned());
    }

    /// The operator sees to a hold in the provider's portal: what was captured of it, if anything was. A hold that
    /// is still open is released.
    pub(crate) fn close_by_hand(&mut self, terminal: &str, payment: &str) -> Option<u64> {
        self.void(terminal, payment);
        let hold = self.holds.get(&(terminal.to_owned(), payment.to_owned()))?;
        match hold.state {
            State::Captured(amount) => Some(amount),
            State::Open | State::Voided => None,
        }
    }

    // The judgement, once everything has come to rest.

    pub(crate) fn judge(&mut self, disk: &Disk) {
        let held: u64 = self.holds.values().map(|hold| hold.amount).sum();
        let mut accounted = 0;
        let mut sessions: BTreeMap<Payment, String> = BTreeMap::new();
        let receipts = receipts(disk);
        for (id, session) in stored_sessions(disk) {
            self.judge_session(disk, &id, &session, receipts.get(&id));
            self.judge_energy(disk, &id, &session);
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

    fn judge_session(
        &mut self,
        disk: &Disk,
        id: &str,
        session: &StoredSession,
        receipt: Option<&Summary>,
    ) {
        let StoredSession { phase, view, .. } = session;
        let hold = view.hold.as_ref().and_then(|hold| {
            self.holds
                .get(&(view.terminal.clone(), hold.payment.clone()))
        });
        let state = hold.map(|hold| hold.state);
        let expected = match phase {
            Phase::Settled | Phase::Refunded => Some(State::Captured(view.captured)),
            Phase::Cancelled | Phase::FailedNothingTaken if view.hold.is_some() => {
                Some(State::Voided)
            }
            Phase::Cancelled | Phase::FailedNothingTaken | Phase::Declined => None,
            other => {
                return self.violation(format!("{id} came to rest in {other:?}"));
            }
        };
        let is_captured = matches!(phase, Phase::Settled | Phase::Refunded);
        let whose = hold.map(|hold| hold.card.clone());
        self.demand(view.refunded <= view.captured, || {
            format!("{id}: {} refunded of {}", view.refunded, view.captured)
        });
        let is_ambiguous = view
            .hold
            .as_ref()
            .is_some_and(|hold| was_lost(disk, id, &hold.payment));
        self.demand(state == expected || is_ambiguous, || {
            format!("{id} is {phase:?}, and its hold is {state:?}")
        });
        let refund = self.refunds.get(id).copied();
        let is_right = match refund {
            _ if self.refunded_elsewhere.contains(id) => true,
            Some((amount, Some(true))) => view.refunded == amount,
            Some((amount, None)) => [0, amount].contains(&view.refunded),
            Some((_, Some(false))) | None => view.refunded == 0,
        };
        self.demand(is_right, || {
            format!("{id}: {} refunded, and {refund:?} asked for", view.refunded)
        });
        if let (Some(whose), Some(tapped), true) = (whose, self.taps.get(id), is_captured) {
            let (tapped, tapped_at) = tapped.clone();
            self.judge_tap(id, view, &whose, &tapped);
            self.judge_owner(id, &tapped, tapped_at);
        }
        self.judge_receipt(id, session, receipt);
        if is_captured {
            self.judge_price(disk, id, session);
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

    /// Nobody pays for another's vehicle, unless that was plugged in while the driver had the time to.
    fn judge_owner(&mut self, id: &str, tapped: &Tapped, tapped_at: u64) {
        let Some(truth) = self.transactions.get(id) else {
            return;
        };
        let is_right =
            truth.owner == tapped.card || truth.started_at <= tapped_at + TIME_TO_PLUG_IN + OFF_BY;
        let otherwise = format!(
            "{} paid in {id} for the vehicle of {}",
            tapped.card, truth.owner
        );
        self.demand(is_right, || otherwise);
    }

    /// Energy that flowed is captured, or told to a person as unpaid, or too little to be captured.
    fn judge_energy(&mut self, disk: &Disk, id: &str, session: &StoredSession) {
        let Some(truth) = self.transactions.get(id) else {
            return;
        };
        let Some(delivered) = truth.stop.map(|stop| stop - truth.start) else {
            return;
        };
        let view = &session.view;
        let price = site::price_at(&view.terminal);
        if truth.began_anew {
            // What the register forgot before it was read is known to nobody.
            return;
        }
        let is_little = worth(price, delivered, 0) < 50 || delivered < 1_000;
        let was_told = alerted(disk, id);
        let is_billed = view.captured > 0 && view.energy + 1 >= delivered;
        let is_covered = view
            .hold
            .as_ref()
            .is_some_and(|hold| view.captured == hold.amount);
        self.demand(is_billed || is_little || is_covered || was_told, || {
            format!(
                "{id}: {delivered} Wh flowed, {} Wh are billed for {}, and nobody is told: {:?}",
                view.energy, view.captured, session.phase
            )
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

    /// The price is the tariff's for what the station delivered and reported.
    fn judge_price(&mut self, disk: &Disk, id: &str, session: &StoredSession) {
        let (view, Some(truth)) = (&session.view, self.transactions.get(id)) else {
            return self.violation(format!("{id} was settled, and nothing was delivered"));
        };
        let held = view.hold.as_ref().map_or(0, |hold| hold.amount);
        let (start, stop) = (truth.start, truth.stop);
        let (told_start, told_stop) = (truth.told_start, truth.told_stop);
        let lasted = truth.stopped_at.map(|at| at - truth.started_at);
        let told_wrong_time = truth.told_wrong_time;
        let reported_stop = session.stop;
        let is_doubted = truth.began_anew || !alerts(disk, id, "MeterImplausible").is_empty();
        // Where the gateway's clock is not the station's, nobody knows how long a report was under way.
        let stopped_at = truth.stopped_at.unwrap_or(u64::MAX);
        let was_set = self.clock_set_at.range(..stopped_at).next().is_some();
        let off_by = if was_set { OFF_BY_WHERE_SET } else { OFF_BY };
        self.demand(session.start == Some(told_start), || {
            format!(
                "{id} starts at {:?} Wh and not at {told_start}",
                session.start
            )
        });
        if reported_stop.is_some() && !is_doubted {
            self.demand(reported_stop == told_stop, || {
                format!("{id} stops at {reported_stop:?} Wh and not at {told_stop:?}")
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
        let price = site::price_at(&view.terminal);
        self.demand(view.currency == price.currency, || {
            format!("{id} is in {} and not in {}", view.currency, price.currency)
        });
        // By energy alone it is exact. Time is known as exactly as clocks are.
        let lasted = lasted.unwrap_or(u64::MAX / 1_000_000);
        // A station that told a wrong time, and a gateway whose clock is wrong: no clock is left to compare with.
        let most = if was_set && told_wrong_time {
            held
        } else {
            worth(price, view.energy, lasted + off_by).min(held)
        };
        let least = match view.reported_late {
            None if reported_stop.is_some() && !is_doubted && !was_set && !told_wrong_time => {
                worth(price, view.energy, lasted.saturating_sub(off_by)).min(held)
            }
            _ => worth(price, view.energy, 0).min(held),
        };
        self.demand((least..=most).contains(&view.captured), || {
            format!(
                "{id}: {} captured for {} Wh in {lasted} ms, worth {least} to {most}",
                view.captured, view.energy
            )
        });
    }
}

/// What a transaction is worth in minor units, with 25 % VAT, rounded half up.
fn worth(price: &Price, energy: u64, duration: u64) -> u64 {
    let sum = u128::from(price.per_kwh) * u128::from(energy) * 3_600
        + u128::from(price.per_hour) * u128::from(duration)
        + u128::from(price.per_session) * 3_600_000;
    // In minor units of which 3,600,000 make one, without VAT.
    let rounded = (sum * 125 + 180_000_000) / 360_000_000;
    u64::try_from(rounded).unwrap_or(u64::MAX)
}

/// The alerts of a session for a reason.
fn alerts(disk: &Disk, session: &str, reason: &str) -> Vec<Vec<Value>> {
    rows(
        disk,
        "SELECT 1 FROM command WHERE session = ?1 AND action ->> '$.RaiseAlert.reason' = ?2",
        vec![Value::Text(session.into()), Value::Text(reason.into())],
    )
}

/// Whether a person was told that what is billed may not be all.
fn alerted(disk: &Disk, session: &str) -> bool {
    [
        "EnergyWithoutPayment",
        "EndNotReported",
        "MeterImplausible",
        "CapturedTooLittle",
        "ClosedElsewhere",
        "CaptureFailed",
        "HoldExpired",
    ]
    .iter()
    .any(|reason| !alerts(disk, session, reason).is_empty())
}

/// Cards are ignored while a session at their terminal is being authorised or stopped.
pub(crate) fn card_is_ignored(disk: &Disk, arming_id: &str) -> bool {
    let query = "SELECT 1 FROM session JOIN ask USING (terminal)
                 WHERE ask.id = ?1 AND phase IN ('authorising', 'stopping')";
    !rows(disk, query, vec![Value::Text(arming_id.into())]).is_empty()
}

/// The rows of a query. One that fails shows nothing of what it should, so it ends the simulation.
#[expect(
    clippy::panic,
    reason = "an oracle that cannot read must not say that all is well"
)]
fn rows(disk: &Disk, query: &str, parameters: Vec<Value>) -> Vec<Vec<Value>> {
    match disk.query(query, parameters) {
        Ok(rows) => rows,
        Err(error) => panic!("the oracle cannot read: {error}: {query}"),
    }
}

fn text(value: Option<&Value>) -> &str {
    match value {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// Whether the answer to an attempt to close a hold was lost, and the hold was not seen open long enough after: then
/// nobody can tell whether that attempt or somebody else closed it.
fn was_lost(disk: &Disk, session: &str, payment: &str) -> bool {
    let query = "SELECT event, at FROM event WHERE session = ?1 ORDER BY version";
    let mut lost_at = None;
    for row in rows(disk, query, vec![Value::Text(session.into())]) {
        let (Ok(event), Some(Value::Integer(at))) =
            (serde_json::from_str(text(row.first())), row.get(1))
        else {
            continue;
        };
        let Event::CommandEnded(outcome) = event else {
            continue;
        };
        let closes = ["/capture", "/cancel"]
            .iter()
            .any(|it| outcome.command.ends_with(it));
        match outcome.result {
            CommandResult::Unknown if closes => lost_at = Some(*at),
            CommandResult::OpenHolds(holds)
                if holds.iter().any(|hold| hold.payment == payment)
                    && lost_at.is_some_and(|lost_at| *at >= lost_at + TAKES_EFFECT_WITHIN) =>
            {
                lost_at = None;
            }
            _ => {}
        }
    }
    lost_at.is_some()
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
