//! The oracle: the provider's books, what was truly metered, what was acknowledged, and every rule
//! that money must follow. It shares no code with what it judges.

mod judgement;
pub(crate) mod records;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use chargetap_contract::session::Event;
use chargetap_engine::platform::Value;

use self::records::{card_is_ignored, events, rows, runs_alone, text};
use crate::disk::Disk;
use crate::provider::{Call, Tapped};
use crate::site::PriceList;

/// A station that has been back for less than this delivers what it had queued, in milliseconds.
const SOON: u64 = 8_000;

/// A prompt that is sent later than this after prices were put on record shows them, in milliseconds.
const TARIFF_SHOWN_WITHIN: u64 = 10 * 60_000;

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
    /// Somebody else released it, perhaps before the gateway could know of it.
    is_released_elsewhere: bool,
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
    /// When it began as far as was told: when its begin was told, if that said no time.
    told_started_at: u64,
    /// Until when something of it was told that said no time.
    untimed_until: u64,
    /// The register began anew meanwhile.
    began_anew: bool,
    /// A reading told what the register never showed.
    told_wrong_register: bool,
    /// A reading told another moment than that at which it was taken.
    told_wrong_time: bool,
    /// Something of it was told without a time.
    is_untimed: bool,
    /// Its end was told without a time, perhaps in vain.
    told_untimed_end: bool,
    /// When the gateway was told of the start, if that was as soon as the station was back.
    told_soon_at: Option<u64>,
}

#[derive(Default)]
pub(crate) struct Oracle {
    holds: BTreeMap<Payment, Hold>,
    open: BTreeSet<Payment>,
    transactions: BTreeMap<String, Transaction>,
    /// Captures and voids that were sent and whose outcome is unknown.
    unanswered: BTreeSet<Payment>,
    /// Payments that were looked up because such an outcome was unknown.
    looked_up: BTreeSet<Payment>,
    /// Sessions whose refunds the operator made in another way.
    refunded_elsewhere: BTreeSet<String>,
    clock_set_at: BTreeSet<u64>,
    /// When it was acknowledged that a station has forgotten a transaction, by its token.
    forgotten: BTreeMap<String, u64>,
    /// The card that was tapped under each arming id, and when that was acknowledged.
    taps: BTreeMap<String, (Tapped, u64)>,
    /// The token under which each vehicle was charged, by the connector and the number of the
    /// vehicle there.
    served: BTreeMap<(u32, u64), String>,
    /// The refunds that the operator asked for, by session, and whether they were granted.
    refunds: BTreeMap<String, (u64, Option<bool>)>,
    /// The prices that are on record for a terminal, and since when that was acknowledged; nothing where that is not known.
    tariffs: BTreeMap<String, (PriceList, u64)>,
    alerts: BTreeMap<String, u64>,
    violations: Vec<String>,
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
            is_released_elsewhere: false,
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

    /// Somebody else releases a hold.
    pub(crate) fn release_elsewhere(&mut self, terminal: &str, payment: &str) {
        let is_released = self.void(terminal, payment) == 200;
        let key = (terminal.to_owned(), payment.to_owned());
        if let Some(hold) = self.holds.get_mut(&key).filter(|_| is_released) {
            hold.is_released_elsewhere = true;
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
    /// be sent before a lookup. A prompt shows the prices that are on record.
    pub(crate) fn sent(&mut self, call: &Call, now: u64) {
        match call {
            Call::Capture(terminal, payment, _) | Call::Void(terminal, payment) => {
                let known = self.unanswered.insert((terminal.clone(), payment.clone()));
                self.demand(known, || {
                    format!("{call:?} sent again although nobody knows what became of it")
                });
            }
            Call::Start(terminal, _, _, text) => {
                let Some((prices, since)) = self.tariffs.get(terminal) else {
                    return;
                };
                let is_shown =
                    now <= since + TARIFF_SHOWN_WITHIN || !prices.other().is_shown(terminal, text);
                self.demand(is_shown, || {
                    format!("{terminal} shows earlier prices: {text}")
                });
            }
            _ => {}
        }
    }

    /// The gateway has the answer to a call.
    pub(crate) fn answered(&mut self, call: &Call, status: u16) {
        match call {
            Call::Capture(terminal, payment, _) | Call::Void(terminal, payment) if status < 500 => {
                self.unanswered.remove(&(terminal.clone(), payment.clone()));
            }
            Call::Sessions(terminal) if status == 200 => {
                let here = self.unanswered.extract_if(.., |(at, _)| at == terminal);
                self.looked_up.extend(here);
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
        let query = "SELECT 1 FROM event WHERE read = ?1
                     UNION ALL SELECT 1 FROM recall WHERE arming = ?1";
        let stored = was_ignored
            || card_is_ignored(disk, arming_id)
            || !rows(disk, query, vec![Value::Text(arming_id.into())]).is_empty();
        self.demand(stored, || {
            format!("arming id {arming_id} was acknowledged and is not stored")
        });
        let recalled = "SELECT session FROM recall WHERE arming = ?1";
        for row in rows(disk, recalled, vec![Value::Text(arming_id.into())]) {
            let session = text(row.first());
            let paid = self
                .taps
                .get(session)
                .map(|(tapped, _)| tapped.card.clone());
            self.demand(paid.as_ref() == Some(&tapped.card), || {
                format!("{} is told of the receipt of {paid:?}", tapped.card)
            });
        }
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
    /// in first. One on the start of a session that was over serves nobody.
    pub(crate) fn vehicle_served(
        &mut self,
        disk: &Disk,
        connector: u32,
        vehicle: u64,
        id_tag: &str,
    ) {
        let over = "SELECT 1 FROM session WHERE id = ?1
                    AND phase IN ('voiding', 'cancelled', 'needs-attention')";
        if !rows(disk, over, vec![Value::Text(id_tag.into())]).is_empty() {
            return;
        }
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

    /// `back_for` is for how long the station has been connected.
    pub(crate) fn start_acknowledged(
        &mut self,
        disk: &Disk,
        id_tag: &str,
        is_accepted: bool,
        now: u64,
        back_for: Option<u64>,
    ) {
        if let Some(transaction) = self.transactions.get_mut(id_tag)
            && back_for.is_some_and(|duration| duration < SOON)
        {
            transaction.told_soon_at.get_or_insert(now);
        }
        let stored = events(disk, id_tag)
            .iter()
            .any(|event| matches!(event, Event::ChargingStarted(_)));
        self.demand(stored || !is_accepted, || {
            format!("the start of {id_tag} was acknowledged and is not stored")
        });
    }

    /// A station was told that nobody may charge under a token.
    pub(crate) fn token_refused(&mut self, disk: &Disk, token: &str) {
        let waits = "SELECT 1 FROM session WHERE id = ?1 AND phase = 'starting'";
        let is_good = !rows(disk, waits, vec![Value::Text(token.into())]).is_empty();
        self.demand(!is_good, || {
            format!("the station was told that nobody may charge for {token}, which begins")
        });
    }

    /// A station was told that somebody may charge under a token: there is such a session.
    pub(crate) fn token_accepted(&mut self, disk: &Disk, token: &str) {
        let known = "SELECT 1 FROM session WHERE id = ?1 AND payment IS NOT NULL";
        let is_known = !rows(disk, known, vec![Value::Text(token.into())]).is_empty();
        self.demand(is_known, || {
            format!("the station was told that {token} may charge, which is no session's")
        });
    }

    /// `unnamed_at` is the station that did not tell which transaction it ended. It could be found if no other runs
    /// there and it delivered something.
    pub(crate) fn stop_acknowledged(
        &mut self,
        disk: &Disk,
        id_tag: &str,
        unnamed_at: Option<&String>,
    ) {
        let has_moved = self
            .transactions
            .get(id_tag)
            .is_some_and(|it| it.told_stop > Some(it.told_start));
        if let Some(station) = unnamed_at
            && (!has_moved || !runs_alone(disk, station, id_tag))
        {
            return;
        }
        let running = "SELECT 1 FROM session
                       WHERE id = ?1 AND phase IN ('starting', 'charging', 'stopping')";
        let forgotten = !rows(disk, running, vec![Value::Text(id_tag.into())]).is_empty();
        self.demand(!forgotten, || {
            format!("the end of {id_tag} was acknowledged and forgotten")
        });
    }

    // What was truly metered.

    /// Whether it is the first under its token: only that one is a session's.
    pub(crate) fn transaction_started(
        &mut self,
        id_tag: &str,
        start: u64,
        told_start: u64,
        owner: &str,
        started_at: u64,
    ) -> bool {
        let transaction = Transaction {
            start,
            stop: None,
            told_start,
            told_stop: None,
            owner: owner.to_owned(),
            started_at,
            stopped_at: None,
            told_started_at: started_at,
            untimed_until: 0,
            began_anew: false,
            told_wrong_register: false,
            told_wrong_time: false,
            is_untimed: false,
            told_untimed_end: false,
            told_soon_at: None,
        };
        match self.transactions.entry(id_tag.to_owned()) {
            // A start that is ordered again after its transaction makes another one, which is not billed.
            Entry::Occupied(_) => false,
            Entry::Vacant(entry) => {
                entry.insert(transaction);
                true
            }
        }
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

    /// The station has told that the transaction does not run any more, and not how it ended.
    pub(crate) fn transaction_forgotten(&mut self, id_tag: &str, now: u64) {
        self.forgotten.insert(id_tag.to_owned(), now);
    }

    pub(crate) fn register_began_anew(&mut self, id_tag: &str) {
        if let Some(transaction) = self.transactions.get_mut(id_tag) {
            transaction.began_anew = true;
        }
    }

    pub(crate) fn wrong_register_told(&mut self, id_tag: &str) {
        if let Some(transaction) = self.transactions.get_mut(id_tag) {
            transaction.told_wrong_register = true;
        }
    }

    pub(crate) fn wrong_time_told(&mut self, id_tag: &str) {
        if let Some(transaction) = self.transactions.get_mut(id_tag) {
            transaction.told_wrong_time = true;
        }
    }

    /// A start or a reading of a transaction arrives that says no time.
    pub(crate) fn untimed_told(&mut self, id_tag: &str, now: u64, is_start: bool) {
        if let Some(transaction) = self.transactions.get_mut(id_tag) {
            transaction.is_untimed = true;
            transaction.untimed_until = now;
            if is_start {
                transaction.told_started_at = now;
            }
        }
    }

    /// The end of a transaction arrives that says no time, of a station that has been connected for so long. If it waited
    /// for a connection, or for the gateway, it does not count from now.
    pub(crate) fn untimed_end_told(&mut self, id_tag: &str, now: u64, connected_for: Option<u64>) {
        let Some(transaction) = self.transactions.get_mut(id_tag) else {
            return;
        };
        let ended_for = now - transaction.stopped_at.unwrap_or(now);
        if !transaction.told_untimed_end && connected_for >= Some(ended_for) {
            transaction.untimed_until = now;
        }
        transaction.is_untimed = true;
        transaction.told_untimed_end = true;
    }

    /// The gateway's clock shows another time from now on.
    pub(crate) fn clock_was_set(&mut self, now: u64) {
        self.clock_set_at.insert(now);
    }

    /// The operator is about to change the tariff of a terminal.
    pub(crate) fn tariff_may_change(&mut self, terminal: &str) {
        self.tariffs.remove(terminal);
    }

    /// It was acknowledged that a terminal has these prices from now on.
    pub(crate) fn tariff_changed(&mut self, terminal: &str, prices: PriceList, now: u64) {
        self.tariffs.insert(terminal.to_owned(), (prices, now));
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
}
