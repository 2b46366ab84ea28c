//! What provider, stations and drivers say there must be, and the receipts that there are.

use std::collections::{BTreeMap, BTreeSet};

use chargetap_fleet::moment::Moment;
use serde_json::Value;

use super::{Charged, Shown};
use crate::world::{World, json_of, price};

/// What sessions hold, and the least that is captured, in cents.
const HOLD: u64 = 5_000;
const MINIMUM: u64 = 50;
/// More than any driver takes, in watt-hours: they want 3,000, and it takes a station more than a minute to deliver so
/// much after that. What is held lasts for longer, and would end a session whose stop was lost.
const MOST: u64 = 40_000;
/// What the log says when a card is turned away, because its station was not there to be asked.
const STATION_AWAY: &str = "the station is away";

/// The books after all drivers have left.
pub(crate) struct Books {
    pub(crate) shown: Vec<Shown>,
    pub(crate) charged: Vec<Charged>,
    /// The cards that the log says were turned away: at which terminal, and when.
    pub(crate) turned_away: Vec<(String, Moment)>,
    /// The provider's sessions.
    pub(crate) holds: Vec<Value>,
    /// The stations' transactions.
    pub(crate) transactions: Vec<Value>,
    /// In the order in which they were issued.
    pub(crate) receipts: Vec<Value>,
    /// The sessions of which a person is told that energy flowed after they were over.
    pub(crate) told_unpaid: Vec<String>,
}

impl Books {
    pub(super) async fn read(world: &World, shown: Vec<Shown>, charged: Vec<Charged>) -> Self {
        let mut transactions = Vec::new();
        for station in &world.stations {
            let state = world.state_of(station).await;
            transactions.extend(state["transactions"].as_array().unwrap().iter().cloned());
        }
        let mut receipts = Vec::new();
        for (number, id) in world.receipt_ids().iter().enumerate() {
            // So many pages go to one reader only slowly.
            let reader = format!("10.0.{}.{}", number / 256, number % 256);
            let request = world.client.get(world.url(&format!("/receipts/{id}")));
            let request = request.header("accept", "application/json");
            receipts.push(json_of(request.header("x-forwarded-for", reader)).await);
        }
        let turned_away = world.log().lines();
        let alerts = world.call("GET", "/api/v1/alerts", None).await.json();
        let alerts = alerts["items"].as_array().unwrap().iter();
        let unpaid = alerts.filter(|alert| alert["kind"] == "energy-without-payment");
        Self {
            shown,
            charged,
            turned_away: turned_away
                .iter()
                .filter_map(|line| turned_away_at(line))
                .collect(),
            holds: world.ledger().await["sessions"].as_array().unwrap().clone(),
            transactions,
            receipts,
            told_unpaid: unpaid
                .filter_map(|alert| Some(alert["session"].as_str()?.to_owned()))
                .collect(),
        }
    }

    /// Everything that is not as it must be.
    pub(crate) fn findings(&self) -> Vec<String> {
        let rules = [
            self.lost_cards(),
            self.wrong_holds(),
            self.wrong_energy(),
            self.lost_stops(),
            self.wrong_receipts(),
            self.missing_numbers(),
        ];
        rules.into_iter().flatten().collect()
    }

    /// Every card that was acknowledged became one session, which has one receipt, or was turned away.
    fn lost_cards(&self) -> Vec<String> {
        let mut findings = Vec::new();
        for shown in &self.shown {
            let receipts = self.receipts.iter().filter(|receipt| is_of(receipt, shown));
            match receipts.count() {
                1 => {}
                0 if !shown.is_acknowledged || self.is_turned_away(shown) => {}
                0 => findings.push(format!("card {} was acknowledged and is lost", shown.card)),
                count => findings.push(format!("card {} has {count} receipts", shown.card)),
            }
        }
        findings
    }

    fn is_turned_away(&self, shown: &Shown) -> bool {
        self.turned_away.iter().any(|(terminal, at)| {
            *terminal == shown.terminal && (shown.from..=shown.until).contains(at)
        })
    }

    /// Every hold is closed. What was captured of a card was captured once, and its receipt says so.
    fn wrong_holds(&self) -> Vec<String> {
        let mut findings = Vec::new();
        let mut captured = BTreeSet::new();
        for hold in &self.holds {
            let card = hold["card_id"].as_str().unwrap();
            match hold["state"].as_str() {
                Some("captured") => {
                    if !captured.insert(card) {
                        findings.push(format!("card {card} was captured twice"));
                    }
                    let amount = self.receipt_of(card).map(|receipt| &receipt["captured"]);
                    if amount != Some(&hold["captured"]) {
                        let captured = &hold["captured"];
                        findings.push(format!(
                            "card {card}: {captured} captured, {amount:?} on the receipt"
                        ));
                    }
                }
                Some("voided") => {}
                _ => findings.push(format!("the hold of card {card} is not closed")),
            }
        }
        for receipt in &self.receipts {
            let shown = self.shown.iter().find(|shown| is_of(receipt, shown));
            let took = receipt["captured"] != 0;
            match shown {
                None => findings.push(format!(
                    "receipt {} is of no card that was shown",
                    receipt["id"]
                )),
                Some(shown) if took && !captured.contains(shown.card.as_str()) => {
                    findings.push(format!(
                        "card {} has a receipt, and nothing was captured",
                        shown.card
                    ));
                }
                Some(_) => {}
            }
        }
        findings
    }

    fn receipt_of(&self, card: &str) -> Option<&Value> {
        let shown = self.shown.iter().find(|shown| shown.card == card)?;
        self.receipts.iter().find(|receipt| is_of(receipt, shown))
    }

    /// What a station delivered was captured, at its price. A driver who shows the card again, because nothing happens,
    /// may end a session whose start is under way: then a person is told.
    fn wrong_energy(&self) -> Vec<String> {
        let receipts = self.receipts.iter();
        let mut taken: BTreeMap<&str, u64> = receipts
            .map(|receipt| {
                let session = receipt["session"].as_str().unwrap();
                (session, receipt["captured"].as_u64().unwrap())
            })
            .collect();
        let mut findings = Vec::new();
        for transaction in &self.transactions {
            let (session, energy) = delivered(transaction);
            let due = energy.map(|energy| price(energy).min(HOLD));
            let due = due.map(|price| if price < MINIMUM { 0 } else { price });
            let taken = taken.remove(session);
            let is_told = taken == Some(0) && self.told_unpaid.iter().any(|it| it == session);
            if due.is_none() || (taken != due && !is_told) {
                findings.push(format!(
                    "session {session}: {due:?} due for {energy:?} Wh, {taken:?} taken"
                ));
            }
        }
        let without = taken.into_iter().filter(|(_, amount)| *amount > 0);
        findings.extend(without.map(|(session, amount)| {
            format!("session {session}: {amount} taken, and no station delivered anything")
        }));
        findings
    }

    /// No session went on after its driver had ended it.
    fn lost_stops(&self) -> Vec<String> {
        let delivered = self.transactions.iter().map(delivered);
        let after = delivered.filter(|(_, energy)| energy.is_some_and(|energy| energy > MOST));
        after
            .map(|(session, energy)| format!("session {session}: {energy:?} Wh, its stop is lost"))
            .collect()
    }

    /// How many sessions that charged ended before their drivers had what they wanted. That is no finding: where the
    /// gateway is away for most of the time, a session may be given up before its station can tell of it.
    fn ended_early(&self) -> usize {
        let delivered: BTreeMap<_, _> = self.transactions.iter().map(delivered).collect();
        let is_short = |it: &&Charged| {
            let energy = delivered.get(it.session.as_str()).copied().flatten();
            energy.is_none_or(|energy| energy < it.wanted)
        };
        self.charged.iter().filter(is_short).count()
    }

    /// All that was captured is on receipts.
    fn wrong_receipts(&self) -> Vec<String> {
        let captured = self.captured();
        let told = sum(&self.receipts, "captured");
        match captured == told {
            true => Vec::new(),
            false => vec![format!(
                "{captured} was captured, and receipts are over {told}"
            )],
        }
    }

    /// Receipts over money are numbered from 1 without gaps.
    fn missing_numbers(&self) -> Vec<String> {
        let numbers = self
            .receipts
            .iter()
            .filter_map(|receipt| receipt["number"].as_str());
        let mut numbers: Vec<u64> = numbers
            .map(|number| number.strip_prefix("L-").unwrap().parse().unwrap())
            .collect();
        numbers.sort_unstable();
        let expected = self
            .receipts
            .iter()
            .filter(|receipt| receipt["captured"] != 0);
        match numbers.iter().copied().eq((1..).take(expected.count())) {
            true => Vec::new(),
            false => vec![format!("the numbers of receipts have gaps: {numbers:?}")],
        }
    }

    /// How much of everything there is.
    pub(crate) fn figures(&self) -> [(&'static str, usize); 10] {
        let acknowledged = self.shown.iter().filter(|shown| shown.is_acknowledged);
        let closed = |state: &str| {
            self.holds
                .iter()
                .filter(|hold| hold["state"] == state)
                .count()
        };
        let receipts = self.receipts.iter();
        let numbered = receipts.filter(|receipt| receipt["captured"] != 0).count();
        [
            ("cards shown", self.shown.len()),
            ("of them acknowledged", acknowledged.count()),
            (
                "of them turned away, as the station was away",
                self.turned_away.len(),
            ),
            ("ended before the driver had enough", self.ended_early()),
            ("holds captured", closed("captured")),
            ("holds released", closed("voided")),
            ("receipts over money", numbered),
            ("receipts over nothing", self.receipts.len() - numbered),
            ("cents captured", usize::try_from(self.captured()).unwrap()),
            ("findings", self.findings().len()),
        ]
    }

    /// What was captured, in cents.
    pub(crate) fn captured(&self) -> u64 {
        sum(&self.holds, "captured")
    }
}

/// The session of a transaction, and what was delivered in it, in watt-hours; nothing if it has not ended.
fn delivered(transaction: &Value) -> (&str, Option<u64>) {
    let [start, stop] = ["meter_start", "meter_stop"].map(|it| transaction[it].as_u64());
    let energy = start.zip(stop).map(|(start, stop)| stop - start);
    (transaction["id_tag"].as_str().unwrap(), energy)
}

fn sum(items: &[Value], of: &str) -> u64 {
    items.iter().map(|item| item[of].as_u64().unwrap()).sum()
}

/// Whether a receipt is of the session that this card began.
fn is_of(receipt: &Value, shown: &Shown) -> bool {
    receipt["terminal"] == shown.terminal && receipt["card"]["last_four"] == shown.last_four
}

/// At which terminal a card was turned away, and when, if a line of the log says so.
fn turned_away_at(line: &str) -> Option<(String, Moment)> {
    if !line.contains(STATION_AWAY) {
        return None;
    }
    let line: Value = serde_json::from_str(line).ok()?;
    let terminal = line["fields"]["terminal"].as_str()?.to_owned();
    Some((
        terminal,
        serde_json::from_value(line["timestamp"].clone()).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is found, and what makes it so.
    type Mistake = (&'static str, fn(&mut Books));

    /// One session that was captured, and one that was not.
    fn books() -> Books {
        let moment = Moment::from_millis(1_795_953_600_000);
        let shown = |number: u32| Shown {
            terminal: "P66-0001".into(),
            card: format!("P66-0001-{number}"),
            last_four: format!("{number:04}"),
            is_acknowledged: true,
            from: moment,
            until: moment,
        };
        let charged = |number: u32, wanted: u64| Charged {
            session: format!("S{number}"),
            wanted,
        };
        let receipt = |number: u32, over: Value| {
            let mut receipt = json!({
                "id": format!("r_{number}"), "session": format!("S{number}"), "terminal": "P66-0001",
                "card": {"last_four": format!("{number:04}")}, "number": null, "captured": 0,
            });
            let fields = over.as_object().unwrap().clone();
            receipt.as_object_mut().unwrap().extend(fields);
            receipt
        };
        let hold = |number: u32, state: &str, captured: u64| {
            let card = format!("P66-0001-{number}");
            json!({"card_id": card, "state": state, "captured": captured})
        };
        let transaction = |number: u32, energy: u64| {
            let session = format!("S{number}");
            json!({"id_tag": session, "meter_start": 7, "meter_stop": 7 + energy})
        };
        Books {
            shown: vec![shown(1), shown(2)],
            charged: vec![charged(1, 900), charged(2, 90)],
            turned_away: Vec::new(),
            holds: vec![hold(1, "captured", price(1_000)), hold(2, "voided", 0)],
            transactions: vec![transaction(1, 1_000), transaction(2, 100)],
            receipts: vec![
                receipt(1, json!({"number": "L-1", "captured": price(1_000)})),
                receipt(2, json!({})),
            ],
            told_unpaid: Vec::new(),
        }
    }

    #[test]
    fn every_mistake_that_a_crash_could_cause_is_found_in_the_books() {
        assert_eq!(books().findings(), Vec::<String>::new());
        let mistakes: [Mistake; 12] = [
            ("card P66-0001-2 was acknowledged and is lost", |it| {
                it.receipts.truncate(1);
            }),
            ("card P66-0001-2 has 2 receipts", |it| {
                it.receipts.push(it.receipts[1].clone());
            }),
            ("card P66-0001-1 was captured twice", |it| {
                it.holds.push(it.holds[0].clone());
            }),
            ("the hold of card P66-0001-2 is not closed", |it| {
                it.holds[1]["state"] = "open".into();
            }),
            ("card P66-0001-1: 93 captured", |it| {
                it.receipts[0]["captured"] = 92.into();
            }),
            (
                "card P66-0001-1 has a receipt, and nothing was captured",
                |it| {
                    it.holds.remove(0);
                },
            ),
            ("is of no card that was shown", |it| {
                it.shown.truncate(1);
            }),
            (
                "session S2: Some(399) due for Some(6000) Wh, Some(0) taken",
                |it| {
                    it.transactions[1]["meter_stop"] = 6_007.into();
                },
            ),
            (
                "session S3: Some(0) due for Some(100) Wh, None taken",
                |it| {
                    it.transactions[1]["id_tag"] = "S3".into();
                },
            ),
            (
                "session S1: 93 taken, and no station delivered anything",
                |it| {
                    it.transactions.remove(0);
                },
            ),
            // All that is held was taken, and receipt and provider say the same.
            ("session S1: Some(80000) Wh, its stop is lost", |it| {
                it.transactions[0]["meter_stop"] = 80_007.into();
                it.holds[0]["captured"] = HOLD.into();
                it.receipts[0]["captured"] = HOLD.into();
            }),
            ("the numbers of receipts have gaps: [2]", |it| {
                it.receipts[0]["number"] = "L-2".into();
            }),
        ];
        for (finding, make) in mistakes {
            let mut books = books();
            make(&mut books);
            let findings = books.findings();
            assert!(
                findings.iter().any(|it| it.contains(finding)),
                "{finding}: {findings:?}"
            );
        }
    }

    #[test]
    fn a_session_that_ended_before_its_driver_had_enough_is_counted() {
        let mut books = books();
        assert_eq!(books.ended_early(), 0);
        books.charged[1].wanted = 2_000;
        assert_eq!(books.ended_early(), 1);
        assert_eq!(books.findings(), Vec::<String>::new());
    }

    #[test]
    fn energy_that_a_person_is_told_of_is_not_lost_if_nothing_was_taken_for_it() {
        let mut books = books();
        books.transactions[1]["meter_stop"] = 6_007.into();
        books.told_unpaid = vec!["S1".to_owned()];
        assert_eq!(books.findings().len(), 1);
        books.told_unpaid = vec!["S2".to_owned()];
        assert_eq!(books.findings(), Vec::<String>::new());
    }

    #[test]
    fn a_card_that_the_log_says_was_turned_away_then_is_not_lost() {
        let mut books = books();
        books.receipts.truncate(1);
        books.transactions.truncate(1);
        books.charged.truncate(1);
        let line = |at: &str| {
            json!({"timestamp": at, "fields": {"message": STATION_AWAY, "terminal": "P66-0001"}})
                .to_string()
        };
        books.turned_away = vec![turned_away_at(&line("2026-11-29T11:59:59Z")).unwrap()];
        assert_eq!(books.findings().len(), 1);
        books.turned_away = vec![turned_away_at(&line("2026-11-29T12:00:00Z")).unwrap()];
        assert_eq!(books.findings(), Vec::<String>::new());
    }
}
