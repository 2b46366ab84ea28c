//! Stations that are away or broken, and transactions that no session has.

use serde_json::{Value, json};

use crate::raw_station::{ACCEPTED, RawStation, alerts, moment};
use crate::world::{STATION, Setup, World};

async fn world(station: &'static str) -> World {
    World::new(Setup {
        simulated_station: false,
        policy: "stop_timeout_s = 1",
        station,
        ..Setup::default()
    })
    .await
}

async fn is_told(world: &World, kind: &str) {
    let kind = kind.to_owned();
    world
        .until(&kind, async || alerts(world).await.contains(&kind))
        .await;
}

fn status(answer: &Value) -> &Value {
    &answer["idTagInfo"]["status"]
}

#[tokio::test]
async fn no_card_is_taken_where_the_station_is_away_or_broken() {
    let world = world("").await;
    world.shows("Out of service").await;
    let mut station = RawStation::new(&world).await;
    world.shows("Show your card").await;
    station.status(1, "Faulted").await;
    world.shows("Out of service").await;
    station.status(1, "Available").await;
    world.shows("Show your card").await;
    station.status(0, "Unavailable").await;
    world.shows("Out of service").await;
    station.status(0, "Available").await;
    world.shows("Show your card").await;
    drop(station);
    world.shows("Out of service").await;
    assert!(!world.tap_once("card-1").await);
}

#[tokio::test]
async fn a_transaction_under_a_token_of_nobody_is_stopped_and_its_energy_told() {
    let world = world("").await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    let answer = station.start("04A2B3C4", 1_000).await;
    assert_eq!(status(&answer), "Invalid");
    station.transaction = answer["transactionId"].as_i64().unwrap();
    assert!(station.transaction > 0);
    world.shows("In use").await;
    let stop = station.called("RemoteStopTransaction").await;
    assert_eq!(stop[3], json!({"transactionId": station.transaction}));
    station.accept(&stop).await;
    station.read(3_000).await;
    is_told(&world, "energy-without-payment").await;
    station.stop(4_000).await;
    world.shows("Show your card").await;
    let due = world.call("GET", "/api/v1/due", None).await.json();
    assert!(due.to_string().contains("3000 Wh were delivered"), "{due}");
}

#[tokio::test]
async fn a_token_that_the_operator_lets_charge_is_not_stopped() {
    let world = world(r#"local_tokens = ["04A2B3C4"]"#).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    let token = json!({"idTag": "04a2b3c4"});
    assert_eq!(
        status(&station.exchange("Authorize", token).await),
        "Accepted"
    );
    let answer = station.start("04a2b3c4", 1_000).await;
    station.started(&answer);
    station.read(3_000).await;
    world.shows("In use").await;
    station.stop(4_000).await;
    world.shows("Show your card").await;
    assert_eq!(alerts(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_transaction_that_outlives_its_session_is_stopped_until_its_end_is_known() {
    let world = world("").await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    world.tap("card-1").await;
    station.remote_start(ACCEPTED).await;
    let answer = station.start(&station.tag.clone(), 1_000).await;
    station.started(&answer);
    station.read(8_000).await;
    world.operate(&station.tag, "stop", None).await;
    // The station never says that it ended.
    let stop = station.called("RemoteStopTransaction").await;
    station.accept(&stop).await;
    world
        .until("it is settled by its last reading", async || {
            world.session_phase(&station.tag) == "settled"
        })
        .await;
    world.shows("In use").await;
    station.read(9_000).await;
    is_told(&world, "energy-without-payment").await;
    let stop = station.called("RemoteStopTransaction").await;
    station.accept(&stop).await;
    station.stop(9_000).await;
    station.status(1, "Available").await;
    world
        .until("the next driver may charge", async || {
            world.screen().await.0.contains("Show your card")
        })
        .await;
}

#[tokio::test]
async fn a_vehicle_that_came_while_the_station_was_away_is_offered() {
    let world = World::new(Setup {
        simulated_station: false,
        terminal: r#"evses = [{ station = "CT-1", connector = 1 }]
            start = "plug-in"
            hold = "50.00""#,
        ..Setup::default()
    })
    .await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    world.shows("Plug in").await;
    station.status(1, "Preparing").await;
    world.shows("Show your card").await;
    world.tap("card-1").await;
    station.remote_start(ACCEPTED).await;
    let answer = station.start(&station.tag.clone(), 1_000).await;
    station.started(&answer);
    station.read(3_000).await;
    station.stop(8_000).await;
    world.closed_sessions(1).await;
    // The vehicle stays, and has had its session.
    station.status(1, "Preparing").await;
    world.shows("Plug in").await;
    // Another one comes while the station is away, which then tells only how it is now.
    station.reconnect().await;
    station.status(1, "Preparing").await;
    world.shows("Show your card").await;
}

const STATIONS: &str = "/api/v1/stations";

async fn shown(world: &World) -> Value {
    let path = format!("{STATIONS}/{STATION}");
    world.call("GET", &path, None).await.json()
}

async fn is_away(world: &World) {
    world
        .until("the station is away", async || {
            shown(world).await["connected"] == false
        })
        .await;
}

#[tokio::test]
async fn people_see_how_a_station_is_and_what_it_said_without_tokens() {
    let world = world(r#"local_tokens = ["04A2B3C4"]"#).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    let odd = json!({"idTag": "04a2b3c4", "colour": "red"});
    station.exchange("Authorize", odd).await;
    let answer = station.start("04a2b3c4", 1_000).await;
    station.started(&answer);
    station.read(3_000).await;
    station.status(2, "Faulted").await;

    let list = world.call("GET", STATIONS, None).await.json();
    assert_eq!(list["next"], Value::Null);
    let found = &list["items"][0];
    assert_eq!(found["key"], STATION, "{list}");
    assert_eq!(found["connected"], true);
    assert!(found["since"].is_string(), "{found}");
    assert_eq!(
        (&found["vendor"], &found["model"]),
        (&json!("FieldTest"), &json!("T1"))
    );
    assert_eq!(found["summary"], "1 available (2000 Wh), 2 faulted");
    assert_eq!(found["oddities"], 1, "{found}");
    let [first, second] = found["connectors"].as_array().unwrap().as_slice() else {
        panic!("{found}");
    };
    let transaction = &first["transaction"];
    assert_eq!(first["out_of_order"], false);
    assert_eq!(transaction["number"], station.transaction);
    assert_eq!(transaction["energy"], 2_000);
    assert_eq!(transaction["local"], true);
    assert_eq!(transaction["session"], Value::Null);
    assert_eq!(second["out_of_order"], true);
    assert_eq!(second["transaction"], Value::Null);
    let metric = r#"chargetap_connector_status{station="CT-1",connector="2",status="faulted"}"#;
    assert_eq!(world.metric(metric).await, 1);

    station.stop(4_000).await;
    let station_is = shown(&world).await;
    assert!(station_is["booted"].is_string(), "{station_is}");
    assert!(station_is["last_connected"].is_string(), "{station_is}");
    let ended = &station_is["transactions"][0];
    assert_eq!(ended["number"], station.transaction);
    assert_eq!(ended["energy"], 3_000);
    assert!(ended["ended"].is_string(), "{ended}");
    assert_eq!(ended["lost"], false);
    let oddity = json!({"kind": "unknown-member", "count": 1, "place": "Authorize.colour"});
    assert_eq!(station_is["oddity_kinds"], json!([oddity]));
    let messages = station_is["messages"].as_array().unwrap();
    for (action, sent) in [
        ("StartTransaction", false),
        ("StartTransaction", true),
        ("StopTransaction", true),
    ] {
        let is_there = |it: &Value| it["action"] == action && it["sent"] == sent;
        assert!(
            messages.iter().any(is_there),
            "{action} {sent}: {messages:?}"
        );
    }
    let text = station_is.to_string().to_ascii_lowercase();
    assert!(
        text.contains("fieldtest") && !text.contains("04a2b3c4"),
        "{text}"
    );

    drop(station);
    is_away(&world).await;
    assert!(shown(&world).await["since"].is_string());
}

#[tokio::test]
async fn a_station_without_a_record_is_seen_by_who_sees_everything_only() {
    let world = World::new(Setup {
        simulated_station: false,
        further_station: "RDAM 123",
        ..Setup::default()
    })
    .await;
    let keys = async |token: &str, path: &str| -> Vec<String> {
        let list = world.call_as(token, "GET", path, None, &[]).await.json();
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|it| it["key"].as_str().unwrap().to_owned())
            .collect()
    };
    let operator = world.token();
    let limited = world
        .token_for("support", json!({"sites": ["stora-torget"]}))
        .await;
    assert_eq!(keys(operator, STATIONS).await, [STATION, "RDAM 123"]);
    assert_eq!(keys(&limited, STATIONS).await, [STATION]);
    let first = format!("{STATIONS}?limit=1");
    let page = world.call("GET", &first, None).await.json();
    assert_eq!(page["next"], STATION, "{page}");
    let rest = format!("{STATIONS}?after={STATION}");
    assert_eq!(keys(operator, &rest).await, ["RDAM 123"]);
    let end = format!("{STATIONS}?after=RDAM%20123");
    assert_eq!(keys(operator, &end).await, [""; 0]);
    let here = format!("{STATIONS}?site=stora-torget");
    assert_eq!(keys(operator, &here).await, [STATION]);

    let further = format!("{STATIONS}/RDAM%20123");
    let answer = world.call("GET", &further, None).await;
    assert_eq!((answer.status, answer.etag.as_deref()), (200, None));
    assert_eq!(answer.json()["details"], Value::Null);
    let answer = world
        .call("GET", &format!("{STATIONS}/{STATION}"), None)
        .await;
    assert!(answer.etag.is_some());
    let status = async |token: &str, method: &str, path: &str, body: Option<Value>| {
        world.call_as(token, method, path, body, &[]).await.status
    };
    let reset = format!("{further}/reset");
    assert_eq!(status(&limited, "GET", &further, None).await, 404);
    assert_eq!(status(&limited, "POST", &reset, Some(json!({}))).await, 404);
    let nobody = format!("{STATIONS}/NOBODY");
    assert_eq!(status(operator, "GET", &nobody, None).await, 404);
    let reset = format!("{nobody}/reset");
    assert_eq!(status(operator, "POST", &reset, Some(json!({}))).await, 404);

    let configure = format!("{STATIONS}/{STATION}/configure");
    let setting = Some(json!({"key": "HeartbeatInterval", "value": "60"}));
    assert_eq!(status(&limited, "POST", &configure, setting).await, 403);
    let reader = world.token_for("read-only", json!("everywhere")).await;
    let reset = format!("{STATIONS}/{STATION}/reset");
    assert_eq!(status(&reader, "POST", &reset, Some(json!({}))).await, 403);
}

/// Has the station of the configuration do something, to which it answers with this status. Returns the gateway's
/// answer.
async fn operate(
    station: &mut RawStation<'_>,
    (verb, body): (&str, Value),
    (action, payload): (&str, Value),
    status: &str,
) -> Value {
    let world = station.world;
    let path = format!("{STATIONS}/{STATION}/{verb}");
    let play = async {
        // The gateway asks it other things, too.
        let call = loop {
            let call = station.called(action).await;
            if call[3] == payload {
                break call;
            }
            station.accept(&call).await;
        };
        let answer = json!([3, call[1], {"status": status}]);
        station.send(answer.to_string()).await;
    };
    let (answer, ()) = tokio::join!(world.call("POST", &path, Some(body)), play);
    assert_eq!(answer.status, 200, "{verb}: {}", answer.json());
    answer.json()
}

#[tokio::test]
async fn people_have_a_station_do_things_and_are_told_what_it_says() {
    let world = world("").await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    let unlock = || ("unlock", json!({"connector": 1}));
    let unlocked = || ("UnlockConnector", json!({"connectorId": 1}));
    let setting = json!({"key": "AuthorizationKey", "value": "n3w-passw0rd"});
    for (asked, called, status, expected) in [
        (
            ("reset", json!({})),
            ("Reset", json!({"type": "Soft"})),
            "Accepted",
            "accepted",
        ),
        (
            ("reset", json!({"hard": true})),
            ("Reset", json!({"type": "Hard"})),
            "Rejected",
            "refused",
        ),
        (unlock(), unlocked(), "Unlocked", "accepted"),
        (unlock(), unlocked(), "UnlockFailed", "refused"),
        (
            (
                "trigger",
                json!({"message": "meter-values", "connector": 1}),
            ),
            (
                "TriggerMessage",
                json!({"requestedMessage": "MeterValues", "connectorId": 1}),
            ),
            "Accepted",
            "accepted",
        ),
        (
            ("configure", setting.clone()),
            ("ChangeConfiguration", setting),
            "RebootRequired",
            "later",
        ),
    ] {
        let answer = operate(&mut station, asked, called, status).await;
        assert_eq!(answer["answer"], expected, "{answer}");
        assert!(!answer["text"].as_str().unwrap().is_empty(), "{answer}");
    }
    let text = shown(&world).await.to_string();
    assert!(text.contains("AuthorizationKey"), "{text}");
    assert!(!text.contains("n3w-passw0rd"), "{text}");

    let path = "/api/v1/audit?kind=station-operation&key=CT-1";
    let audit = world.call("GET", path, None).await.json();
    let entries = audit["items"].as_array().unwrap();
    assert_eq!(entries.len(), 6, "{audit}");
    let newest = &entries[0]["after"]["operation"]["configure"];
    assert_eq!(newest["key"], "AuthorizationKey", "{audit}");
    assert!(!audit.to_string().contains("n3w-passw0rd"), "{audit}");
}

#[tokio::test]
async fn a_station_is_told_once_and_not_while_it_is_away() {
    let world = world("").await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    let path = format!("{STATIONS}/{STATION}/reset");
    let key = [("Idempotency-Key", "reset-1")];
    let reset = || world.call_as(world.token(), "POST", &path, Some(json!({})), &key);
    let play = async {
        let call = station.called("Reset").await;
        station.accept(&call).await;
    };
    let (first, ()) = tokio::join!(reset(), play);
    assert_eq!(first.status, 200, "{}", first.json());
    // Were it sent again, nobody would answer it.
    let again = reset().await;
    assert_eq!((again.status, again.json()), (200, first.json()));

    drop(station);
    is_away(&world).await;
    let refused = world.call("POST", &path, Some(json!({}))).await;
    assert_eq!(refused.status, 409);
    let problem = refused.json();
    let code = &problem["reasons"][0]["code"];
    assert_eq!(code, "station-not-connected", "{problem}");
}

#[tokio::test]
async fn a_station_that_reads_its_meter_without_end_is_answered_and_billed_by_its_last_reading() {
    let world = World::new(Setup {
        simulated_station: false,
        policy: "maximum_power_kw = 10000",
        ..Setup::default()
    })
    .await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    world.tap("card-1").await;
    station.remote_start(ACCEPTED).await;
    let tag = station.tag.clone();
    let started = station.start(&tag, 1_000).await;
    station.started(&started);
    let mut register = 1_000;
    for _ in 0..17 {
        let samples: Vec<Value> = (0..100)
            .map(|_| {
                register += 1;
                json!({"timestamp": moment(), "sampledValue": [{"value": register.to_string(), "unit": "Wh",
                    "measurand": "Energy.Active.Import.Register"}]})
            })
            .collect();
        let values =
            json!({"connectorId": 1, "transactionId": station.transaction, "meterValue": samples});
        assert_eq!(station.exchange("MeterValues", values).await, json!({}));
    }
    is_told(&world, "too-many-readings").await;
    let over = world
        .metric("chargetap_readings_over_budget_total{station=\"CT-1\"}")
        .await;
    assert!((1..=200).contains(&over), "{over}");
    // It does not say where its register was at the end.
    let stop =
        json!({"transactionId": station.transaction, "timestamp": moment(), "reason": "Local"});
    station.exchange("StopTransaction", stop).await;
    world.closed_sessions(1).await;
    assert_eq!(world.session_energy(&tag), 1_700);
    let kept = world.stored_readings();
    assert!(u64::try_from(kept).unwrap() <= 1_700 - over + 5, "{kept}");
}
