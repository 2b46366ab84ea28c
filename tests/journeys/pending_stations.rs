//! Stations that may not connect: they are held pending, seen, and let in once their records say so.

use serde_json::{Value, json};

use crate::fleet::{chargetap, text};
use crate::raw_station::{RawStation, moment};
use crate::world::{PASSWORD, Setup, World};

const STATIONS: &str = "/api/v1/stations";
/// They are not configured.
const OLD: &str = "CT-8";
const NEW: &str = "CT-9";

async fn world() -> World {
    World::new(Setup {
        simulated_station: false,
        ..Setup::default()
    })
    .await
}

/// A station of OCPP 1.6 that is not configured and has booted.
async fn old(world: &World) -> RawStation<'_> {
    let mut station = RawStation::of(world, OLD, "ocpp1.6").await;
    let boot = json!({"chargePointVendor": "FieldTest", "chargePointModel": "T1"});
    assert_pending(&station.exchange("BootNotification", boot).await);
    station
}

/// One of OCPP 2.0.1.
async fn new(world: &World) -> RawStation<'_> {
    let mut station = RawStation::of(world, NEW, "ocpp2.0.1").await;
    assert_pending(&station.exchange("BootNotification", boot()).await);
    station
}

fn boot() -> Value {
    json!({"reason": "PowerUp", "chargingStation": {"vendorName": "FieldTest",
        "model": "no 4111 1111 1111 1111", "serialNumber": "S-1", "firmwareVersion": "1.7"}})
}

fn assert_pending(answer: &Value) {
    assert_eq!(answer["status"], "Pending", "{answer}");
    assert_eq!(answer["interval"], 60, "{answer}");
    assert!(answer["currentTime"].is_string(), "{answer}");
}

#[tokio::test]
async fn nothing_that_a_pending_station_says_counts() {
    let world = world().await;
    let mut old = old(&world).await;
    let start = json!({"connectorId": 1, "idTag": "04A2B3C4", "meterStart": 1_000,
        "timestamp": moment()});
    // They are kept by the station for later, as they are not answered.
    old.send(json!([2, "start", "StartTransaction", start]).to_string())
        .await;
    let stop = json!({"transactionId": 1, "meterStop": 9_000, "timestamp": moment()});
    old.send(json!([2, "stop", "StopTransaction", stop]).to_string())
        .await;
    let mut new = new(&world).await;
    let event = json!({"eventType": "Started", "timestamp": moment(),
        "triggerReason": "CablePluggedIn", "seqNo": 0, "transactionInfo": {"transactionId": "1"},
        "evse": {"id": 1}, "meterValue": [{"timestamp": moment(),
        "sampledValue": [{"value": 1_000}]}]});
    new.send(json!([2, "event", "TransactionEvent", event]).to_string())
        .await;
    let token = json!({"idToken": {"idToken": "04A2B3C4", "type": "ISO14443"}});
    assert_eq!(new.refused("Authorize", token).await, "SecurityError");
    for station in [&mut old, &mut new] {
        let heartbeat = station.exchange("Heartbeat", json!({})).await;
        assert!(heartbeat["currentTime"].is_string(), "{heartbeat}");
    }
    assert_eq!(world.stored_stations(), [""; 0]);
    assert_eq!(world.stored_sessions(), 0);
    assert_eq!(world.stored_events(), 0);
    assert_eq!(world.metric("chargetap_stations_pending").await, 2);
    world
        .until("each is logged once", async || {
            world.log().values("station") == [OLD, NEW]
                && world.log().values("source") == ["127.0.0.1"; 2]
        })
        .await;
    let log = world.log().lines().concat();
    assert!(!log.contains(PASSWORD), "{log}");
}

#[tokio::test]
async fn the_operator_sees_pending_stations_and_cannot_have_them_do_anything() {
    let world = world().await;
    let (_old, mut new) = (old(&world).await, new(&world).await);
    let list = world.call("GET", STATIONS, None).await.json();
    let states = |list: &Value| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|it| (text(&it["key"]), text(&it["state"])))
            .collect()
    };
    let state = |key: &str, state: &str| (key.to_owned(), state.to_owned());
    let expected = [
        state("CT-1", "not-connected"),
        state(OLD, "pending"),
        state(NEW, "pending"),
    ];
    assert_eq!(states(&list), expected);
    let shown = &list["items"][2];
    for (member, value) in [
        ("connected", json!(false)),
        ("details", Value::Null),
        ("vendor", json!("FieldTest")),
        ("model", json!("no **** **** **** ****")),
        ("serial", json!("S-1")),
        ("firmware", json!("1.7")),
        ("summary", json!("not on record: OCPP 2.0.1 from 127.0.0.1")),
    ] {
        assert_eq!(shown[member], value, "{shown}");
    }
    assert!(shown["since"].is_string(), "{shown}");
    let pending = &shown["pending"];
    assert_eq!(pending["ocpp"], "2.0.1", "{pending}");
    assert_eq!(pending["source"], "127.0.0.1", "{pending}");
    assert_eq!(pending["password"], true, "{pending}");
    assert_eq!(pending["certificate"], false, "{pending}");

    let listed = text(&chargetap(&world, &["station", "list"]).await.stdout);
    let row = listed.lines().find(|line| line.starts_with(NEW)).unwrap();
    assert!(row.contains(" pending "), "{listed}");
    let shown = text(&chargetap(&world, &["station", "show", NEW]).await.stdout);
    for line in [
        "state: pending",
        "serial: S-1",
        "  source: 127.0.0.1",
        "  password: yes",
        "chargetap fleet station put CT-9 --data ",
        "chargetap fleet station password CT-9",
    ] {
        assert!(shown.contains(line), "{line} in {shown}");
    }
    assert!(!shown.contains(PASSWORD), "{shown}");

    for arguments in [
        &["reset", NEW] as &[_],
        &["unlock", NEW, "--connector", "1"],
        &["trigger", NEW, "--message", "status"],
        &[
            "configure",
            NEW,
            "--key",
            "HeartbeatInterval",
            "--value",
            "60",
        ],
    ] {
        let refused = chargetap(&world, &[&["station"], arguments].concat()).await;
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        let error = text(&refused.stderr);
        assert!(error.contains("CT-9 is pending"), "{error}");
    }
    let reset = format!("{STATIONS}/{NEW}/reset");
    let refused = world.call("POST", &reset, Some(json!({}))).await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.json()["reasons"][0]["code"], "station-pending");
    let audit = "/api/v1/audit?kind=station-operation&key=CT-9";
    let audit = world.call("GET", audit, None).await.json();
    assert_eq!(audit["items"], json!([]));
    // It was told nothing: the next that it hears is this answer.
    assert_pending(&new.exchange("BootNotification", boot()).await);

    drop(new);
    world
        .until("it is seen no more", async || {
            let path = format!("{STATIONS}/{NEW}");
            world.call("GET", &path, None).await.status == 404
        })
        .await;
}

#[tokio::test]
async fn pending_stations_are_seen_by_who_sees_everything_only() {
    let world = world().await;
    let _station = new(&world).await;
    let path = format!("{STATIONS}/{NEW}");
    let site = world
        .token_for("support", json!({"sites": ["stora-torget"]}))
        .await;
    let get = async |path: &str| world.call_as(&site, "GET", path, None, &[]).await;
    let list = get(STATIONS).await.json();
    assert!(!list.to_string().contains(NEW), "{list}");
    assert_eq!(get(&path).await.status, 404);
    let reset = format!("{path}/reset");
    let refused = world.call_as(&site, "POST", &reset, Some(json!({})), &[]);
    assert_eq!(refused.await.status, 404);

    // Once it is on record, they see that it is not connected, and nothing of what says to be it.
    let details = json!({"site": "stora-torget", "evses": [{"connector": 1, "id": null}]});
    let put = world.call("PUT", &path, Some(details)).await;
    assert_eq!(put.status, 201, "{}", put.json());
    let seen = get(&path).await.json();
    assert_eq!(seen["state"], "not-connected", "{seen}");
    assert_eq!(seen["pending"], Value::Null);
    assert_eq!(seen["serial"], Value::Null);
    let refused = world.call_as(&site, "POST", &reset, Some(json!({})), &[]);
    let refused = refused.await.json();
    assert_eq!(refused["reasons"][0]["code"], "station-not-connected");
    let seen = world.call("GET", &path, None).await.json();
    assert_eq!(seen["state"], "pending", "{seen}");
    assert_eq!(seen["details"]["site"], "stora-torget", "{seen}");
}

#[tokio::test]
async fn a_pending_station_is_let_in_without_a_restart_once_it_has_a_password() {
    let world = world().await;
    let path = format!("{STATIONS}/{NEW}");
    let mut station = new(&world).await;
    let pending = world.call("GET", &path, None).await.json();
    let hint = pending["pending"]["hint"].as_str().unwrap();
    let (_, commands) = hint.split_once('\n').unwrap();
    let printed: Vec<String> = commands
        .lines()
        .map(|line| shell(&world, &line.replace("SITE", "stora-torget")))
        .collect();
    let given = printed.last().unwrap().lines();
    let given = given
        .filter_map(|line| line.strip_prefix("password: "))
        .next();
    let given = given.unwrap().to_owned();
    assert_eq!(given.len(), 40, "{printed:?}");
    // It is told to come back.
    station.closed().await;

    let refused = crate::raw_station::connect(&world, NEW).await;
    assert!(refused.is_err(), "it has another password");
    let own = json!({"password": PASSWORD});
    let replaced = world
        .call("POST", &format!("{path}/password"), Some(own))
        .await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_eq!(replaced.json()["password"], Value::Null);
    let mut station = RawStation::of(&world, NEW, "ocpp2.0.1").await;
    let answer = station.exchange("BootNotification", boot()).await;
    assert_eq!(answer["status"], "Accepted", "{answer}");
    let shown = world.call("GET", &path, None).await.json();
    assert_eq!(shown["state"], "connected", "{shown}");
    assert_eq!(shown["pending"], Value::Null, "{shown}");

    // Neither password is kept anywhere.
    let audit = world
        .call("GET", "/api/v1/audit?kind=station&key=CT-9", None)
        .await;
    let kept = [
        String::from_utf8(audit.bytes).unwrap(),
        shown.to_string(),
        world.log().lines().concat(),
    ]
    .concat();
    for secret in [&given, PASSWORD, "argon2"] {
        assert!(!kept.contains(secret), "{kept}");
    }
    let files = ["chargetap.db", "chargetap.db-wal"];
    let database = files.map(|it| std::fs::read(world.folder().join(it)).unwrap());
    let database = database.concat();
    let has = |text: &str| database.windows(text.len()).any(|it| it == text.as_bytes());
    assert!(has("$argon2id$"), "the hash is there");
    for secret in [&given, PASSWORD] {
        assert!(!has(secret), "{secret}");
    }
}

/// What a line that people copy prints.
fn shell(world: &World, line: &str) -> String {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_chargetap"));
    let path = std::env::var("PATH").unwrap();
    let output = std::process::Command::new("sh")
        .args(["-c", line])
        .env(
            "PATH",
            format!("{}:{path}", program.parent().unwrap().display()),
        )
        .env("CHARGETAP_URL", world.url(""))
        .env("CHARGETAP_TOKEN", world.token())
        .output()
        .unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
    assert!(output.status.success(), "{line}: {err}");
    out
}
