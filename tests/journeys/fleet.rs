//! Fleet management over the REST interface, from an order to the first paid session and beyond.

mod attention;
mod command_line;
mod folder;
mod import_config;
mod incidents;
mod inventory;
mod licences;
mod maintenance;
mod monitoring;
mod onboarding;
mod processors;
mod sites;

use serde_json::Value;

pub(crate) use command_line::{chargetap, text};
#[cfg(feature = "peers")]
pub(crate) use incidents::PIXEL;

use crate::world::{Answer, Setup, TERMINAL, World};

/// A world without any records.
async fn empty(setup: Setup) -> World {
    World::new(Setup {
        onboarded: false,
        unplug_after: Some(1_000),
        ..setup
    })
    .await
}

/// A world with a commissioned terminal that takes cards: until the station is connected, it is out of service, too.
async fn commissioned() -> World {
    let world = World::new(Setup {
        unplug_after: Some(1_000),
        ..Setup::default()
    })
    .await;
    world.shows("Show your card").await;
    world
}

/// The codes of the reasons in a problem, in their order.
pub(crate) fn codes(answer: &Answer) -> Vec<String> {
    let problem = answer.json();
    let reasons = problem["reasons"].as_array();
    let reasons = reasons.unwrap_or_else(|| panic!("{problem:#}")).iter();
    reasons
        .map(|reason| reason["code"].as_str().unwrap().to_owned())
        .collect()
}

fn terminal(action: &str) -> String {
    format!("/api/v1/terminals/{TERMINAL}{action}")
}

impl World {
    /// Call the interface, which must succeed.
    async fn succeeds(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let answer = self.call(method, path, body).await;
        let text = String::from_utf8_lossy(&answer.bytes);
        assert!(
            answer.status < 300,
            "{method} {path}: {} {text}",
            answer.status
        );
        answer.json()
    }

    /// The items of a list.
    pub(crate) async fn items(&self, path: &str) -> Vec<Value> {
        let page = self.succeeds("GET", path, None).await;
        page["items"].as_array().unwrap().clone()
    }

    /// A driver charges and pays.
    async fn charge_and_pay(&self) {
        self.tap("card-1").await;
        let sessions = self.closed_sessions(1).await;
        assert_eq!(sessions[0]["state"], "captured");
    }

    /// Wait until the terminal shows that it is out of service.
    async fn until_out_of_service(&self) {
        self.until("the terminal is out of service", async || {
            self.screen().await.0 == "Out of service."
        })
        .await;
        assert!(!self.tap_once("card-9").await, "it reads no card");
    }
}
