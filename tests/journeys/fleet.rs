//! The rows of owning a terminal, from an order to the first paid session and beyond, as an operator
//! goes through them over the gateway's interface.

mod command_line;
mod duties;
mod incidents;
mod inventory;
mod licences;
mod onboarding;
mod processors;
mod watching;

use serde_json::Value;

use crate::world::{Answer, Setup, TERMINAL, World};

/// A world in which nothing is on record yet.
async fn empty(setup: Setup) -> World {
    World::new(Setup {
        onboarded: false,
        unplug_after: Some(1_000),
        ..setup
    })
    .await
}

/// A world in which the terminal is at work.
async fn at_work() -> World {
    World::new(Setup {
        unplug_after: Some(1_000),
        ..Setup::default()
    })
    .await
}

/// The codes of the reasons in a problem, in their order.
fn codes(answer: &Answer) -> Vec<String> {
    let problem = answer.json();
    let reasons = problem["reasons"].as_array();
    let reasons = reasons.unwrap_or_else(|| panic!("{problem:#}")).iter();
    reasons
        .map(|reason| reason["code"].as_str().unwrap().to_owned())
        .collect()
}

fn terminal(deed: &str) -> String {
    format!("/api/v1/terminals/{TERMINAL}{deed}")
}

impl World {
    /// Call the interface, which must do it.
    async fn does(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let answer = self.call(method, path, body).await;
        let said = String::from_utf8_lossy(&answer.bytes);
        assert!(
            answer.status < 300,
            "{method} {path}: {} {said}",
            answer.status
        );
        answer.json()
    }

    /// The items of a list.
    async fn items(&self, path: &str) -> Vec<Value> {
        let page = self.does("GET", path, None).await;
        page["items"].as_array().unwrap().clone()
    }

    /// A driver charges and pays; what was captured.
    async fn is_paid(&self) {
        self.tap("card-1").await;
        let sessions = self.closed_sessions(1).await;
        assert_eq!(sessions[0]["state"], "captured");
    }

    /// Wait until the terminal's screen says that it takes no cards.
    async fn rests(&self) {
        self.until("the terminal rests", async || {
            self.screen().await.0 == "Out of service."
        })
        .await;
        assert!(!self.tap_once("card-9").await, "it reads no card");
    }
}
