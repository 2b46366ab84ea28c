//! The judgement, once everything has come to rest: every rule that money must follow.

use std::collections::BTreeMap;

use chargetap_contract::receipt::{NothingTakenReason, Summary};
use chargetap_contract::session::{Phase, View};
use chargetap_engine::platform::Value;
use chargetap_fleet::alert::AlertKind;

use super::records::{
    StoredSession, alerted, alerted_for, alerted_of_transaction, receipts, rows, stored_sessions,
    text, was_lost,
};
use super::{Hold, Oracle, Payment, State};
use crate::disk::Disk;
use crate::provider::Tapped;
use crate::site::{self, Price};
use crate::world::EPOCH;

/// How long a driver has to plug in, in milliseconds.
const TIME_TO_PLUG_IN: u64 = 5 * 60_000;
/// How long a session may go on that its station has forgotten, in milliseconds: the gateway may be down meanwhile,
/// and the station away. It is less than a session lasts.
const ENDS_WITHIN: u64 = 210 * 60_000;
/// By how much moments may be off, in milliseconds, and by how much where the gateway's clock was set.
const OFF_BY: u64 = 60_000;
const OFF_BY_WHERE_SET: u64 = 15 * 60_000;

impl Oracle {
    // The judgement, once everything has come to rest.

    pub(crate) fn judge(&mut self, disk: &Disk) {
        let mut accounted = 0;
        let mut sessions: BTreeMap<Payment, String> = BTreeMap::new();
        let receipts = receipts(disk);
        for (id, session) in stored_sessions(disk) {
            self.judge_session(disk, &id, &session, receipts.get(&id));
            self.judge_energy(disk, &id, &session);
            if !session.is_closed {
                self.judge_end(disk, &id);
            }
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
        let is_known = |(key, hold): &(&Payment, &Hold)| {
            sessions.contains_key(*key) || !hold.is_released_elsewhere
        };
        let known = || self.holds.iter().filter(is_known);
        let held: u64 = known().map(|(_, hold)| hold.amount).sum();
        let strays: Vec<String> = known()
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
            .is_some_and(|hold| match session.is_closed {
                true => {
                    let payment = (view.terminal.clone(), hold.payment.clone());
                    self.looked_up.contains(&payment)
                }
                false => was_lost(disk, id, &hold.payment),
            });
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
        if receipt.is_some_and(|it| it.nothing_taken == Some(NothingTakenReason::NotPluggedIn)) {
            self.judge_patience(id);
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
        // Where the gateway's clock was set it is not the station's, by which a late report is judged.
        let off_by = match self.clock_set_at.is_empty() {
            true => OFF_BY,
            false => OFF_BY_WHERE_SET,
        };
        // If it is set while the gateway is down, nobody knows how much time has passed.
        let was_set_since = |at: &u64| (tapped_at..=truth.started_at).contains(at);
        let is_right = truth.owner == tapped.card
            || self.clock_set_at.iter().any(was_set_since)
            || truth.started_at <= tapped_at + TIME_TO_PLUG_IN + off_by;
        let otherwise = format!(
            "{} paid in {id} for the vehicle of {}",
            tapped.card, truth.owner
        );
        self.demand(is_right, || otherwise);
    }

    /// A driver who plugged in in time is not taken for one who did not, because the station was away. It is
    /// awaited as long again as the driver had.
    fn judge_patience(&mut self, id: &str) {
        let (Some(truth), Some((_, tapped_at))) = (self.transactions.get(id), self.taps.get(id))
        else {
            return;
        };
        let in_time = truth.told_started_at + OFF_BY < tapped_at + TIME_TO_PLUG_IN;
        let told = truth
            .told_soon_at
            .is_some_and(|at| at + OFF_BY < tapped_at + 2 * TIME_TO_PLUG_IN);
        // Whether a start was in time is judged by the station's clock, which is not the gateway's then.
        let was_set = !self.clock_set_at.is_empty();
        let otherwise = format!("{id} was given up although its vehicle was plugged in in time");
        self.demand(!in_time || !told || was_set, || otherwise);
    }

    /// A session does not go on for long once its station has forgotten it.
    fn judge_end(&mut self, disk: &Disk, id: &str) {
        let Some(forgotten_at) = self.forgotten.get(id) else {
            return;
        };
        let query = "SELECT cast(min(at) AS TEXT) FROM event WHERE session = ?1
                     AND phase NOT IN ('authorising', 'starting', 'charging')";
        let ended = rows(disk, query, vec![Value::Text(id.into())]);
        let ended = ended.first().map(|row| text(row.first()).parse::<u64>());
        let by = EPOCH + forgotten_at + ENDS_WITHIN;
        let is_soon = matches!(ended, Some(Ok(at)) if at <= by);
        // Moments of a clock that was set compare with nothing.
        let was_set = !self.clock_set_at.is_empty();
        self.demand(is_soon || was_set, || {
            format!("{id} went on although its station had forgotten it")
        });
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
        let prices = self.prices(id, &view.terminal);
        if truth.began_anew {
            // What the register forgot before it was read is known to nobody.
            return;
        }
        let mut shown = prices.iter();
        let is_worth_little = shown.any(|(price, minimum)| worth(price, delivered, 0) < *minimum);
        let is_little = is_worth_little || delivered < 1_000;
        let was_told = alerted(disk, id) || alerted_of_transaction(disk, id, delivered);
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

    /// The prices that the driver may have read, each with the least that is captured.
    fn prices(&self, id: &str, terminal: &str) -> Vec<(Price, u64)> {
        let tapped = self.taps.get(id);
        site::shown(terminal, tapped.map(|(tapped, _)| tapped.text.as_str()))
    }

    /// The price is what the terminal showed, for what the station delivered and reported.
    fn judge_price(&mut self, disk: &Disk, id: &str, session: &StoredSession) {
        let (view, Some(truth)) = (&session.view, self.transactions.get(id)) else {
            return self.violation(format!("{id} was settled, and nothing was delivered"));
        };
        let held = view.hold.as_ref().map_or(0, |hold| hold.amount);
        let (start, stop) = (truth.start, truth.stop);
        let (told_start, told_stop) = (truth.told_start, truth.told_stop);
        let lasted = truth.stopped_at.map(|at| at - truth.started_at);
        let told_until = truth.stopped_at.map(|at| at.max(truth.untimed_until));
        let told_lasted = told_until.map(|at| at - truth.started_at);
        let told_wrong_time = truth.told_wrong_time || truth.is_untimed;
        let reported_stop = session.stop;
        let is_implausible = alerted_for(disk, id, AlertKind::MeterImplausible);
        let is_doubted = truth.began_anew || is_implausible;
        // Where the gateway's clock is not the station's, nobody knows how long a report was under way.
        let stopped_at = truth.stopped_at.unwrap_or(u64::MAX);
        let was_set = self.clock_set_at.range(..stopped_at).next().is_some();
        let off_by = if was_set { OFF_BY_WHERE_SET } else { OFF_BY };
        // A station may tell a start of 0 Wh and go on with the meter's total: two registers, which nobody can compare. A start
        // without a time may have waited, and the energy since then seems to have flowed faster than it did.
        let start_waited = truth.told_started_at > truth.started_at + OFF_BY;
        let may_be_doubted = truth.began_anew
            || start_waited
            || truth.told_wrong_register
            || truth.told_start != truth.start
            || truth.told_wrong_time
            || was_set;
        self.demand(may_be_doubted || !is_implausible, || {
            format!("{id}: the register was right, and was not believed")
        });
        let starts_right = session.start == Some(told_start) || session.is_closed;
        self.demand(starts_right, || {
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
        let prices = self.prices(id, &view.terminal);
        let is_right = prices.iter().any(|(it, _)| it.currency == view.currency);
        self.demand(is_right, || {
            format!(
                "{id} is in {}, which its terminal did not show",
                view.currency
            )
        });
        let at_least = |energy, duration| {
            let worths = prices.iter().map(|(it, _)| worth(it, energy, duration));
            worths.min().unwrap_or(0)
        };
        let at_most = |energy, duration| {
            let worths = prices.iter().map(|(it, _)| worth(it, energy, duration));
            worths.max().unwrap_or(0)
        };
        // By energy alone it is exact. Time is known as exactly as clocks are.
        let lasted = lasted.unwrap_or(u64::MAX / 1_000_000);
        let told_lasted = told_lasted.unwrap_or(lasted);
        // A station that told a wrong time, and a gateway whose clock is wrong: no clock is left to compare with.
        let most = if was_set && told_wrong_time {
            held
        } else {
            at_most(view.energy, told_lasted + off_by).min(held)
        };
        let least = match view.reported_late {
            None if reported_stop.is_some() && !is_doubted && !was_set && !told_wrong_time => {
                at_least(view.energy, lasted.saturating_sub(off_by)).min(held)
            }
            _ => at_least(view.energy, 0).min(held),
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
