//! `chargetap status`: how the gateway is, for operators and for probes.

use std::net::TcpListener;
use std::process::{Command, Output};

use serde_json::Value;

use crate::world::{Setup, TERMINAL, World};

/// Ask the gateway at this address how it is, with this token if there is one.
async fn status(url: String, token: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chargetap"));
    command
        .arg("status")
        .args(arguments)
        .env("CHARGETAP_URL", url)
        .env("CHARGETAP_TOKEN", token);
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

/// What the operator is told, and the exit code.
async fn told(world: &World) -> (String, Option<i32>) {
    let output = status(world.url(""), world.token(), &[]).await;
    let text = String::from_utf8(output.stdout).unwrap();
    (text, output.status.code())
}

/// The same as JSON.
async fn json(world: &World) -> Value {
    let output = status(world.url(""), world.token(), &["--json"]).await;
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

async fn readiness(world: &World) -> (u16, String) {
    let (status, _, body) = world.get(&world.url("/readyz"), "*/*").await;
    (status, String::from_utf8(body).unwrap())
}

#[tokio::test]
async fn the_operator_sees_what_charges_waits_and_is_connected() {
    let world = World::charging(Setup::default()).await;
    world
        .until("the terminal is armed", async || {
            json(&world).await["terminals"]["armed"] == 1
        })
        .await;
    let status = json(&world).await;
    assert_eq!(status["ready"], true, "{status:#}");
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    let names: Vec<&Value> = status["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"])
        .collect();
    assert_eq!(
        names,
        [
            "callback-verifier",
            "session-orchestrator",
            "receipt-generator"
        ]
    );
    let charging = serde_json::json!([{ "phase": "charging", "count": 1 }]);
    assert_eq!(status["sessions"], charging, "{status:#}");
    let stations =
        serde_json::json!({ "configured": 1, "connected": 1, "out_of_order": 0, "pending": 0 });
    assert_eq!(status["stations"], stations, "{status:#}");
    let terminals = serde_json::json!({ "configured": 1, "activated": 1, "online": 1, "armed": 1 });
    assert_eq!(status["terminals"], terminals, "{status:#}");
    let parts = status["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 4);
    assert!(parts.iter().all(|it| it["state"] == "good"), "{status:#}");

    let (text, code) = told(&world).await;
    assert_eq!(code, Some(0));
    assert!(text.starts_with("ready\n"), "{text}");
    for part in [
        "store       good",
        "1 charging",
        "1 configured, 1 connected",
        "1 armed",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(
        !text.contains(TERMINAL) && !text.contains(world.token()),
        "{text}"
    );
}

#[tokio::test]
async fn a_command_whose_answer_is_awaited_is_counted_with_its_age() {
    let world = World::new(Setup {
        payter_faults: vec!["authorize=delay"],
        ..Setup::default()
    })
    .await;
    world.tap("card-1").await;
    world
        .until("the authorisation is under way", async || {
            let commands = &json(&world).await["commands"];
            commands["sent"] == 1 && commands["oldest_age_s"].is_u64()
        })
        .await;
}

#[tokio::test]
async fn a_provider_that_is_away_degrades_the_gateway_and_leaves_it_ready() {
    let mut world = World::new(Setup::default()).await;
    assert_eq!(readiness(&world).await, (200, "ready\n".to_owned()));
    world.stop_gateway();
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let payter = world.payter_url().to_owned();
    world.configure(&payter, &format!("http://{nobody}"));
    world.restart_gateway().await;
    let degraded = (200, "ready, and degraded: provider\n".to_owned());
    world
        .until("the provider is missed", async || {
            readiness(&world).await == degraded
        })
        .await;
    let (text, code) = told(&world).await;
    assert_eq!(code, Some(0), "{text}");
    assert!(text.starts_with("ready, and degraded\n"), "{text}");
    assert!(text.contains("payter.url"), "it says what to do: {text}");
}

#[tokio::test]
async fn a_refused_key_of_the_provider_is_told_to_the_operator() {
    let mut world = World::new(Setup::default()).await;
    world.stop_gateway();
    std::fs::write(world.folder().join("api.key"), "another-key").unwrap();
    world.restart_gateway().await;
    world
        .until("the key is missed", async || {
            told(&world).await.0.contains("payter.api_key")
        })
        .await;
}

#[tokio::test]
async fn a_gateway_whose_disk_is_full_is_not_ready_and_says_what_to_do() {
    let setup = Setup {
        // As many as it has.
        gateway: vec!["--database-pages".into(), "1".into()],
        simulated_station: false,
        ..Setup::default()
    };
    let world = World::new(setup).await;
    // What is free between what is stored is used up by records.
    let token = serde_json::json!({ "name": "x", "scope": "read-only", "reach": "everywhere" });
    world
        .until("the disk is full", async || {
            let issued = world
                .call("POST", "/api/v1/tokens", Some(token.clone()))
                .await;
            issued.status == 503 && readiness(&world).await.0 == 503
        })
        .await;
    assert_eq!(readiness(&world).await.1, "not ready: store failed\n");
    let (text, code) = told(&world).await;
    assert_eq!(code, Some(1), "{text}");
    assert!(text.starts_with("not ready\n"), "{text}");
    assert!(text.contains("disk has room"), "{text}");
}

#[tokio::test]
async fn without_a_token_it_says_whether_the_gateway_is_ready_and_no_more() {
    let world = World::new(Setup::default()).await;
    let output = status(world.url(""), "", &[]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.starts_with("ready\n") && text.contains("CHARGETAP_TOKEN"),
        "{text}"
    );
    let output = status(world.url(""), "", &["--json"]).await;
    assert_eq!(output.stdout, b"{\"ready\":true}\n");
    let wrong = status(world.url(""), "ctp_wrong", &[]).await;
    assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
}

#[tokio::test]
async fn a_terminal_that_rests_because_it_is_not_activated_is_not_armed() {
    let world = World::new(Setup {
        onboarded: false,
        ..Setup::default()
    })
    .await;
    world
        .until("the terminal is told to rest", async || {
            world.confirmed_prompts() == 1
        })
        .await;
    let terminals = serde_json::json!({ "configured": 1, "activated": 0, "online": 1, "armed": 0 });
    assert_eq!(json(&world).await["terminals"], terminals);
}

#[tokio::test]
async fn a_gateway_that_is_not_there_is_told_by_another_exit_code() {
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for token in ["", "ctp_any"] {
        let output = status(format!("http://{nobody}"), token, &[]).await;
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(
            text.contains("--url") && text.contains("chargetap serve"),
            "{text}"
        );
    }
}
