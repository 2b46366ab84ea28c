//! The drivers of a place: one is there at a time. They see a terminal, a station and a cable, and no gateway.

use std::rc::Rc;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::SmallRng;
use serde_json::{Value, json};

use super::{Charged, Common, Shown};
use crate::world::{json_of, now, payter_key, wait};

/// Longer than any wait when all is well, also with a gateway that dies again and again.
const PATIENCE: Duration = Duration::from_secs(180);
const POLL: Duration = Duration::from_millis(100);
/// One in so many drivers brings a fault of the provider along.
const FAULTS: u32 = 6;
/// What may go wrong at the provider: whoever calls next meets it.
const PROVIDER_FAULTS: [(&str, &str); 5] = [
    ("authorize", "decline"),
    ("authorize", "lost-answer"),
    ("commit", "lost-answer"),
    ("commit", "error"),
    ("cancel", "lost-answer"),
];
/// How much drivers want, in watt-hours: the least is worth less than what is captured.
const ENERGY: std::ops::Range<u64> = 50..3_000;

pub(super) struct Driver {
    pub(super) client: reqwest::Client,
    pub(super) payter: String,
    pub(super) gateway: String,
    /// The operator's, who stops sessions for drivers who call.
    pub(super) token: String,
    /// The station's control interface.
    pub(super) station: String,
    pub(super) terminal: String,
    pub(super) random: SmallRng,
    /// How many cards were shown here.
    pub(super) cards: u32,
    pub(super) common: Rc<Common>,
}

/// How a driver ends a session.
#[derive(Clone, Copy)]
enum End {
    Card,
    Operator,
    Unplug,
}

const ENDS: [End; 4] = [End::Card, End::Card, End::Operator, End::Unplug];

/// A card in a driver's hand.
struct Card {
    id: String,
    last_four: String,
}

impl Driver {
    pub(super) async fn drive(mut self) {
        while let Some(card) = self.begin().await {
            self.visit(&card).await;
            let under_way = &self.common.under_way;
            under_way.set(under_way.get() - 1);
        }
    }

    /// Show a new card as soon as the terminal asks for one. None once nobody is to come any more.
    async fn begin(&mut self) -> Option<Card> {
        if self.random.random_ratio(1, FAULTS) {
            let at = self.random.random_range(0..PROVIDER_FAULTS.len());
            let (call, kind) = PROVIDER_FAULTS[at];
            let fault = json!({"call": call, "kind": kind});
            let (status, _) = self.control("faults", &fault).await;
            assert_eq!(status, 204);
        }
        self.cards += 1;
        let card = Card {
            id: format!("{}-{}", self.terminal, self.cards),
            last_four: format!("{:04}", self.cards),
        };
        let mut shown = None;
        self.until("the terminal asks for a card", async || {
            let from = now();
            if self.common.is_closing.get() {
                return true;
            }
            if self.screen().await.contains("Show your card")
                && let Some(is_acknowledged) = self.show(&card).await
            {
                shown = Some(Shown {
                    terminal: self.terminal.clone(),
                    card: card.id.clone(),
                    last_four: card.last_four.clone(),
                    is_acknowledged,
                    from,
                    until: now(),
                });
            }
            shown.is_some()
        })
        .await;
        self.common.shown.borrow_mut().push(shown?);
        let under_way = &self.common.under_way;
        under_way.set(under_way.get() + 1);
        Some(card)
    }

    /// What follows on a card.
    async fn visit(&mut self, card: &Card) {
        let mut is_held = false;
        self.until("the card counts, or another is asked for", async || {
            // In this order: a terminal that reads again has forgotten the card, and no hold can follow.
            let forgot = self.reader().await == "READING";
            is_held = self.is_held().await;
            is_held || forgot
        })
        .await;
        if !is_held {
            return;
        }
        if self.random.random_ratio(1, 8) {
            // The driver changes their mind before plugging in.
            self.show_until("the hold is released", card, async || !self.is_held().await)
                .await;
            return;
        }
        self.cable("plug-in").await;
        self.charge(card).await;
        self.cable("unplug").await;
        self.until("the hold is closed", async || !self.is_held().await)
            .await;
    }

    /// Charge, and end it.
    async fn charge(&mut self, card: &Card) {
        let mut session = None;
        self.until("it charges, or the hold is released", async || {
            session = self.running().await;
            session.is_some() || !self.is_held().await
        })
        .await;
        let Some(session) = session else {
            return;
        };
        let energy = self.random.random_range(ENERGY);
        self.common.charged.borrow_mut().push(Charged {
            session: session.clone(),
            wanted: energy,
        });
        let end = ENDS[self.random.random_range(0..ENDS.len())];
        let has_ended = async || self.running().await.is_none();
        self.until("it is charged", async || {
            self.energy().await >= Some(energy) || has_ended().await
        })
        .await;
        match end {
            End::Card => self.show_until("the card stops it", card, has_ended).await,
            End::Operator => {
                self.call_until("the operator stops it", &session, has_ended)
                    .await;
            }
            End::Unplug => {}
        }
    }

    /// Show the card again until something is so. Once that was acknowledged, it has to follow.
    async fn show_until(&self, what: &str, card: &Card, is_so: impl AsyncFn() -> bool) {
        let mut is_acknowledged = false;
        self.until(what, async || {
            if is_so().await {
                return true;
            }
            if !is_acknowledged {
                is_acknowledged = self.show(card).await == Some(true);
            }
            false
        })
        .await;
    }

    /// Have the operator stop the session until something is so. Once that was acknowledged, it has to follow.
    async fn call_until(&self, what: &str, session: &str, is_so: impl AsyncFn() -> bool) {
        let mut is_acknowledged = false;
        self.until(what, async || {
            if is_so().await {
                return true;
            }
            if !is_acknowledged {
                let url = format!("{}/api/v1/sessions/{session}/stop", self.gateway);
                let request = self.client.post(url).bearer_auth(&self.token);
                let answer = request.send().await;
                is_acknowledged = answer.is_ok_and(|answer| answer.status().is_success());
            }
            false
        })
        .await;
    }

    /// Show a card. None if the terminal reads none; otherwise whether the gateway answered that it has this.
    async fn show(&self, card: &Card) -> Option<bool> {
        let (status, answer) = self
            .control(
                "tap",
                &json!({
                    "terminal": self.terminal, "card_id": card.id,
                    "masked_pan": format!("************{}", card.last_four), "aid": "A0000000031010",
                }),
            )
            .await;
        if status == 409 {
            return None;
        }
        assert_eq!(status, 200, "{answer}");
        let statuses = answer["callback_statuses"].as_array().unwrap();
        Some(statuses.iter().any(|status| status == 200))
    }

    async fn cable(&self, what: &str) {
        let url = format!("{}/control/{what}", self.station);
        let (status, _) = self.post(&url, &json!({"connector": 1})).await;
        assert_eq!(status, 204, "{what}");
    }

    async fn screen(&self) -> String {
        let url = format!("{}/control/screens/{}", self.payter, self.terminal);
        json_of(self.client.get(url)).await["text"].to_string()
    }

    /// What the terminal does with cards.
    async fn reader(&self) -> Value {
        self.terminal("").await["state"].take()
    }

    /// Whether anything is held at this terminal.
    async fn is_held(&self) -> bool {
        let holds = self.terminal("/sessions").await;
        !holds.as_array().unwrap().is_empty()
    }

    /// Look at the terminal as the provider shows it.
    async fn terminal(&self, what: &str) -> Value {
        let url = format!("{}/terminals/{}{what}", self.payter, self.terminal);
        json_of(self.client.get(url).header("authorization", payter_key())).await
    }

    async fn station(&self) -> Value {
        json_of(self.client.get(format!("{}/control/state", self.station))).await
    }

    /// The session that charges, which the station knows by its token.
    async fn running(&self) -> Option<String> {
        let state = self.station().await;
        let last = state["transactions"].as_array().unwrap().last()?;
        let runs = last["meter_stop"].is_null();
        runs.then(|| last["id_tag"].as_str().unwrap().to_owned())
    }

    /// What the last transaction has delivered by now.
    async fn energy(&self) -> Option<u64> {
        let state = self.station().await;
        let last = state["transactions"].as_array().unwrap().last()?;
        let now = state["connectors"][0]["meter_wh"].as_u64()?;
        now.checked_sub(last["meter_start"].as_u64()?)
    }

    async fn control(&self, what: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}/control/{what}", self.payter);
        self.post(&url, body).await
    }

    /// The status, and the body if it is JSON.
    async fn post(&self, url: &str, body: &Value) -> (u16, Value) {
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn until(&self, what: &str, condition: impl AsyncFnMut() -> bool) {
        let what = format!("{}: {what}", self.terminal);
        let explain = async || {
            let (terminal, holds) = (self.terminal("").await, self.terminal("/sessions").await);
            format!(
                "{terminal:#}\n{holds:#}\n{}\n{:#}",
                self.screen().await,
                self.station().await
            )
        };
        wait(&what, (PATIENCE, POLL), condition, explain).await;
    }
}
