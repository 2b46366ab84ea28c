//! Between stations and a central system above the gateway.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;

use crate::central_system::{CentralSystem, FIRST_TRANSACTION, usual};
use crate::ocpp2;
use crate::raw_station::{
    ACCEPTED, RawStation, alerts, connect, connect_offering, credentials, moment,
};
use crate::world::{STATION, Setup, World};

/// 8 kWh x 0.49 + 0.25, with 25 % VAT: 5.2125.
const PRICE_OF_8_KWH: u64 = 521;
/// How the ids of the gateway's own calls begin.
const OWN: &str = "chargetap-";

async fn below(cms: &CentralSystem) -> World {
    below_with(cms, Setup::default()).await
}

async fn below_with(cms: &CentralSystem, setup: Setup) -> World {
    World::new(Setup {
        simulated_station: false,
        upstream: format!("{}{}", cms.upstream(), setup.upstream),
        ..setup
    })
    .await
}

async fn shows(world: &World, text: &str) {
    world
        .until(text, async || world.screen().await.0.contains(text))
        .await;
}

/// The central system received so many texts.
async fn received(world: &World, cms: &CentralSystem, count: usize) -> Vec<String> {
    world
        .until("the central system received it", async || {
            cms.received().len() >= count
        })
        .await;
    cms.received()
}

/// Who says something.
enum Side {
    Station,
    Cms,
}

use Side::{Cms, Station};

/// As stations and central systems of OCPP 1.6 write, and worse.
const CONVERSATION: &[(Side, &str)] = &[
    (
        Station,
        r#"[2,"a\u0031",  "BootNotification" , {"firmwareVersion":"1.0", "chargePointModel":"T\u00e9\t1",
            "chargePointVendor":"FieldTest","colour":{"of":["the",{"box":null}]}}]"#,
    ),
    (
        Cms,
        "[3,\"a1\",{\"interval\":600,\"status\":\"Accepted\",\"currentTime\":\"2026-11-28T12:00:00.000+00:00\"}]\r\n",
    ),
    (Station, r#" [2 , 17 , "Heartbeat" , { } ] "#),
    (
        Cms,
        r#"[3,17,{"currentTime":"2026-11-28T12:00:00Z","clock":"\u00bd fast"}]"#,
    ),
    (
        Station,
        r#"[2,"3","StatusNotification",{"status":"Available","info":"café ☕ \/","errorCode":"NoError","connectorId":"1"}]"#,
    ),
    (Cms, r#"[3,"3",{}]"#),
    (
        Station,
        r#"[2,"4","DataTransfer",{"vendorId":"acme","data":"{\"price\":1.50,\"\u00e9\":1e3}","messageId":"m"}]"#,
    ),
    (
        Cms,
        r#"[3,"4",{"data":"0042","status":"Accepted","more":1.0}]"#,
    ),
    (
        Station,
        r#"[2,"5","AcmeSelfTest",{"n":1.0,"n":100000000000000000000}]"#,
    ),
    (
        Cms,
        r#"[4,"5","NotImplemented","who knows \u00e5?",{"detail":[]}]"#,
    ),
    (
        Station,
        r#"[2,"6","StatusNotification",{"connectorId":1,"errorC"#,
    ),
    (Cms, r#"[4,"6","FormationViolation","",{}]"#),
    (
        Cms,
        r#"[2, "c-1", "GetConfiguration", {"key": ["HeartbeatInterval", "AcmeThing"]}]"#,
    ),
    (
        Station,
        r#"[3,"c-1",{"unknownKey":["AcmeThing"],"configurationKey":[{"value":"0300","readonly":false,"key":"HeartbeatInterval"}]}]"#,
    ),
    (Cms, r#"[2,"c-2","GetLocalListVersion",{}]"#),
    (Station, r#"[3,"c-2",{"listVersion":-1}]"#),
    (
        Cms,
        r#"[2,"c-3","TriggerMessage",{"requestedMessage":"MeterValues","connectorId":1}]"#,
    ),
    (Station, r#"[3,"c-3",{"status":"Accepted"}]"#),
    (
        Station,
        r#"[2,"7","MeterValues",{"meterValue":[{"sampledValue":[{"value":"0001000.50"}],"timestamp":"2026-11-28 12:00:00"}],"connectorId":1}]"#,
    ),
    (Cms, r#"[3,"7",{}]"#),
    (
        Cms,
        r#"[2,"c-4","DataTransfer",{"vendorId":"acme","data":"\u0000"}]"#,
    ),
    (
        Station,
        r#"[4,"c-4","NotSupported","kein \"acme\"","no details"]"#,
    ),
    // What nobody asked for, and what is no message at all.
    (Station, r#"[3,"nobody",{}]"#),
    (Cms, r#"[3,"nobody",{"of":"these"}]"#),
    (Station, "hello\u{0}"),
    (Cms, "hello"),
];

/// The same of OCPP 2.x.
const CONVERSATION_2: &[(Side, &str)] = &[
    (
        Station,
        r#"[2,"1","BootNotification",{"customData":{"vendorId":"acme","n":1.0},"reason":"PowerUp","chargingStation":{"model":"T2","vendorName":"FieldTest"}}]"#,
    ),
    (
        Cms,
        r#"[3,"1",{"statusInfo":{"reasonCode":"ok"},"currentTime":"2026-11-28T12:00:00Z","interval":600,"status":"Accepted"}]"#,
    ),
    (
        Station,
        r#"[2,"2","SecurityEventNotification",{"timestamp":"2026-11-28T12:00:00Z","type":"StartupOfTheDevice"}]"#,
    ),
    (Cms, r#"[3,"2",{ }]"#),
    (
        Cms,
        r#"[2,"c-1","GetVariables",{"getVariableData":[{"variable":{"name":"Interval"},"component":{"name":"AlignedDataCtrlr"}}]}]"#,
    ),
    (
        Station,
        r#"[4,"c-1","NotSupported","",{"because":"\u00e9"}]"#,
    ),
    (
        Station,
        r#"[6,"s-1","NotifyPeriodicEventStream",{"id":1, "pending":0,"basetime":"2026-11-28T12:00:00Z","data":[{"t":0.0,"v":"230.10"}]}]"#,
    ),
    (Cms, r#"[6,"s-2","AcmeSend",{"odd":"\/"}]"#),
    (Station, r#"[2,"3","Heartbeat",{}]"#),
    (Cms, r#"[3,"3",{"currentTime":"2026-11-28T12:00:01Z"}]"#),
    (Station, r#"[5,"3","FormatViolation","that is no time",{}]"#),
];

/// Says everything in this order. What the central system received is compared with all that was said to it so far.
async fn converse(
    station: &mut RawStation<'_>,
    cms: &CentralSystem,
    conversation: &[(Side, &str)],
    said: &mut Vec<String>,
) {
    for (side, text) in conversation {
        match side {
            Station => {
                station.send((*text).to_owned()).await;
                said.push((*text).to_owned());
                let received = received(station.world, cms, said.len()).await;
                assert_eq!(received, *said);
            }
            Cms => {
                cms.send(text);
                assert_eq!(relayed(station).await, *text);
            }
        }
    }
}

/// The next text of the central system. What the gateway itself calls is accepted.
async fn relayed(station: &mut RawStation<'_>) -> String {
    loop {
        let text = station.receive_text().await;
        if !text.contains(OWN) {
            return text;
        }
        let call = serde_json::from_str(&text).unwrap();
        station.accept(&call).await;
    }
}

#[tokio::test]
async fn every_message_is_relayed_byte_for_byte_in_both_directions() {
    let cms = CentralSystem::new(|_| None).await;
    let world = below(&cms).await;
    let mut said = Vec::new();
    for (subprotocol, conversation) in [
        ("ocpp1.6", CONVERSATION),
        ("ocpp2.0.1", CONVERSATION_2),
        ("ocpp2.1", CONVERSATION_2),
    ] {
        let mut station = RawStation::speaking(&world, subprotocol).await;
        converse(&mut station, &cms, conversation, &mut said).await;
    }
    assert_eq!(cms.received(), said);
}

#[tokio::test]
async fn a_station_shows_itself_to_the_central_system_as_it_does_to_the_gateway() {
    let cms = CentralSystem::new(usual("Accepted")).await;
    let world = below_with(
        &cms,
        Setup {
            further_station: "RDAM 123",
            ..Setup::default()
        },
    )
    .await;
    let offered = ["ocpp2.0.1", "ocpp1.6"];
    let (_socket, answer) = connect_offering(&world, "RDAM 123", &offered)
        .await
        .unwrap();
    let shown = cms.handshake();
    assert_eq!(shown.path, "/ocpp/RDAM%20123");
    let header = |name: &str| shown.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("authorization"), credentials("RDAM 123"));
    assert_eq!(header("sec-websocket-protocol"), "ocpp2.0.1, ocpp1.6");
    // The central system chose it.
    assert_eq!(answer.headers()["sec-websocket-protocol"], "ocpp1.6");
}

/// The messages of a transaction, in order.
const SESSION: [&str; 5] = [
    "BootNotification",
    "StatusNotification",
    "StartTransaction",
    "MeterValues",
    "StopTransaction",
];

/// A driver pays by card, and the station begins the transaction. Returns what it is answered.
async fn begin(station: &mut RawStation<'_>) -> Value {
    station.boot().await;
    station.world.tap("card-1").await;
    station.remote_start(ACCEPTED).await;
    station.start(&station.tag.clone(), 1_000).await
}

/// The station takes over the number, and the transaction goes on to its end, at 8 kWh.
async fn go_on(station: &mut RawStation<'_>, answer: &Value) {
    station.started(answer);
    station.read(5_000).await;
    station.stop(9_000).await;
    assert_paid(station.world).await;
}

async fn assert_paid(world: &World) {
    let sessions = world.closed_sessions(1).await;
    assert_eq!(sessions[0]["captured"], PRICE_OF_8_KWH);
    let receipts = world.receipts(1).await;
    assert_eq!(receipts[0]["charging"]["energy_wh"], 8_000);
    assert_eq!(alerts(world).await, [""; 0]);
}

#[tokio::test]
async fn the_central_system_sees_a_card_session_as_an_ordinary_transaction() {
    let cms = CentralSystem::new(usual("Accepted")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    let answer = begin(&mut station).await;
    station.started(&answer);
    assert_eq!(station.transaction, FIRST_TRANSACTION);
    station.read(5_000).await;
    world.operate(&station.tag, "stop", None).await;
    let stop = station.called("RemoteStopTransaction").await;
    assert_eq!(stop[3], json!({"transactionId": FIRST_TRANSACTION}));
    assert!(stop[1].as_str().unwrap().starts_with(OWN), "{stop}");
    station.accept(&stop).await;
    station.stop(9_000).await;
    assert_paid(&world).await;
    // Neither the starts and stops of the gateway nor their answers.
    assert_eq!(cms.called(), SESSION);
    assert!(!cms.received().concat().contains(OWN));
}

#[tokio::test]
async fn a_card_charges_although_the_central_system_refuses_its_token() {
    let cms = CentralSystem::new(usual("Invalid")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    world.tap("card-1").await;
    station.remote_start(ACCEPTED).await;
    let token = json!({"idTag": station.tag});
    let answer = station.exchange("Authorize", token).await;
    assert_eq!(answer["idTagInfo"]["status"], "Accepted");
    let answer = station.start(&station.tag.clone(), 1_000).await;
    assert_eq!(answer["transactionId"], FIRST_TRANSACTION);
    go_on(&mut station, &answer).await;
}

#[tokio::test]
async fn a_card_charges_although_the_central_system_gives_it_no_transaction() {
    let usual = usual("Invalid");
    let cms = CentralSystem::new(move |call| {
        let refusal = json!({"transactionId": -1, "idTagInfo": {"status": "Invalid"}});
        match call[2].as_str() {
            Some("StartTransaction") => Some(json!([3, call[1], refusal]).to_string()),
            _ => usual(call),
        }
    })
    .await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    let answer = begin(&mut station).await;
    go_on(&mut station, &answer).await;
}

#[tokio::test]
async fn a_card_charges_although_the_central_system_answers_with_errors() {
    let usual = usual("Accepted");
    let cms = CentralSystem::new(move |call| match call[2].as_str() {
        Some("StartTransaction" | "MeterValues" | "StopTransaction") => {
            Some(json!([4, call[1], "InternalError", "", {}]).to_string())
        }
        _ => usual(call),
    })
    .await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    let answer = begin(&mut station).await;
    go_on(&mut station, &answer).await;
}

#[tokio::test]
async fn a_card_charges_although_the_central_system_does_not_answer() {
    let usual = usual("Accepted");
    let cms = CentralSystem::new(move |call| match call[2].as_str() {
        Some("StartTransaction" | "StopTransaction") => None,
        _ => usual(call),
    })
    .await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    let answer = begin(&mut station).await;
    go_on(&mut station, &answer).await;
}

#[tokio::test]
async fn nothing_is_taken_where_the_central_system_may_refuse_tokens_and_does() {
    let cms = CentralSystem::new(usual("Invalid")).await;
    let world = below_with(
        &cms,
        Setup {
            upstream: r#"refused_tokens = "refuse""#.to_owned(),
            ..Setup::default()
        },
    )
    .await;
    let mut station = RawStation::new(&world).await;
    let answer = begin(&mut station).await;
    let told = json!({"transactionId": FIRST_TRANSACTION, "idTagInfo": {"status": "Invalid"}});
    assert_eq!(answer, told);
    station.transaction = FIRST_TRANSACTION;
    station.stop(1_000).await;
    assert_eq!(world.closed_sessions(1).await[0]["state"], "voided");
    assert_eq!(world.ledger().await["totals"]["captured"], 0);
    assert_eq!(
        world.receipts(1).await[0]["nothing_taken_reason"],
        "below_minimum"
    );
}

#[tokio::test]
async fn a_customer_of_the_central_system_charges_undisturbed() {
    let cms = CentralSystem::new(usual("Accepted")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    let start =
        r#"[2,"c-1","RemoteStartTransaction",{"idTag":"04A2B3C4","connectorId":1}]"#.to_owned();
    cms.send(&start);
    let call = station.called("RemoteStartTransaction").await;
    assert_eq!(call, serde_json::from_str::<Value>(&start).unwrap());
    station.accept(&call).await;
    let last = received(&world, &cms, 3).await.pop().unwrap();
    assert_eq!(last, r#"[3,"c-1",{"status":"Accepted"}]"#);
    let answer = station.start("04A2B3C4", 1_000).await;
    station.started(&answer);
    assert_eq!(station.transaction, FIRST_TRANSACTION);
    station.read(5_000).await;
    shows(&world, "In use").await;
    station.stop(9_000).await;
    station.status(1, "Available").await;
    shows(&world, "Show your card").await;
    assert_eq!(alerts(&world).await, [""; 0]);
    let log = world.log().lines().concat();
    for stopped in ["nobody pays for", "the station is told to stop"] {
        assert!(!log.contains(stopped), "{log}");
    }
    assert_eq!(world.ledger().await["sessions"], json!([]));
}

#[tokio::test]
async fn no_card_is_taken_while_the_central_system_is_away() {
    let mut cms = CentralSystem::new(usual("Accepted")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    shows(&world, "Show your card").await;

    cms.go_away().await;
    station.closed().await;
    shows(&world, "Out of service").await;
    assert!(!world.tap_once("card-1").await);
    match connect(&world, STATION).await {
        Err(Error::Http(refusal)) => assert_eq!(refusal.status(), 502),
        other => panic!("{:?}", other.err()),
    }

    cms.come_back().await;
    station.reconnect().await;
    shows(&world, "Show your card").await;
}

#[tokio::test]
async fn what_a_station_queued_while_the_central_system_was_away_is_billed() {
    let mut cms = CentralSystem::new(usual("Invalid")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    let answer = begin(&mut station).await;
    station.started(&answer);

    cms.go_away().await;
    station.closed().await;
    cms.come_back().await;
    station.reconnect().await;
    station.read(5_000).await;
    station.stop(9_000).await;
    assert_paid(&world).await;
    assert_eq!(cms.called(), SESSION);
}

#[tokio::test]
async fn the_central_system_loses_a_station_when_the_gateway_does() {
    let cms = CentralSystem::new(usual("Accepted")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    assert!(cms.is_connected());
    drop(station);
    world
        .until("the station is gone above", async || !cms.is_connected())
        .await;
}

#[tokio::test]
async fn a_station_repeats_what_was_accepted_above_and_could_not_be_stored() {
    let cms = CentralSystem::new(usual("Accepted")).await;
    let world = below_with(
        &cms,
        Setup {
            // Enough for the tables, and not for many transactions.
            gateway: vec!["--database-pages".into(), "44".into()],
            ..Setup::default()
        },
    )
    .await;
    let mut station = RawStation::new(&world).await;
    for number in 0..2_000 {
        let start = json!({"connectorId": 1, "idTag": format!("{number:020}"), "meterStart": 0,
            "timestamp": moment()});
        let start = json!([2, number.to_string(), "StartTransaction", start]).to_string();
        station.send(start.clone()).await;
        let answer: Value = serde_json::from_str(&relayed(&mut station).await).unwrap();
        if answer[0] == 4 {
            assert_eq!(answer[1], number.to_string());
            assert_eq!(answer[2], "InternalError");
            assert_eq!(cms.received().last(), Some(&start));
            return;
        }
    }
    panic!("everything was stored");
}

#[tokio::test]
async fn what_the_central_system_says_reaches_the_station_in_the_order_in_which_it_was_said() {
    let cms = CentralSystem::new(|_| None).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    // What is answered makes the gateway write; what is called next is about the same transaction.
    let start = r#"[2,"1","StartTransaction",{"connectorId":1,"idTag":"04A2B3C4","meterStart":0,"timestamp":"2026-11-28T12:00:00Z"}]"#;
    station.send(start.to_owned()).await;
    received(&world, &cms, 1).await;
    let answer = r#"[3,"1",{"transactionId":77,"idTagInfo":{"status":"Accepted"}}]"#;
    let call = r#"[2,"c-1","RemoteStopTransaction",{"transactionId":77}]"#;
    cms.send(answer);
    cms.send(call);
    assert_eq!(relayed(&mut station).await, answer);
    assert_eq!(relayed(&mut station).await, call);
}

#[tokio::test]
async fn a_transaction_that_the_central_system_numbered_again_is_stopped_by_its_last_number() {
    let cms = CentralSystem::new(usual("Accepted")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    world.tap("card-1").await;
    station.remote_start(ACCEPTED).await;
    let start = json!({"connectorId": 1, "idTag": station.tag, "meterStart": 1_000,
        "timestamp": moment()});
    // The station had no answer the first time, and says it again.
    station.exchange("StartTransaction", start.clone()).await;
    let answer = station.exchange("StartTransaction", start).await;
    station.started(&answer);
    assert_eq!(station.transaction, FIRST_TRANSACTION + 1);
    station.read(5_000).await;
    world.operate(&station.tag, "stop", None).await;
    let stop = station.called("RemoteStopTransaction").await;
    assert_eq!(stop[3], json!({"transactionId": station.transaction}));
    station.accept(&stop).await;
    station.stop(9_000).await;
    assert_paid(&world).await;
}

/// The next call. That the gateway asks for statuses and settings is another matter.
async fn next_call(station: &mut RawStation<'_>) -> Value {
    loop {
        let call = station.receive().await;
        assert_eq!(call[0], 2, "{call}");
        if !matches!(
            call[2].as_str(),
            Some("TriggerMessage" | "GetConfiguration")
        ) {
            return call;
        }
        station.accept(&call).await;
    }
}

/// A heartbeat goes up and its answer comes down, and the station is called nothing meanwhile.
async fn is_called_nothing(station: &mut RawStation<'_>) {
    let heartbeat = r#"[2,"beat","Heartbeat",{}]"#.to_owned();
    station.send(heartbeat).await;
    let answer = station.receive().await;
    assert_eq!((&answer[0], &answer[1]), (&json!(3), &json!("beat")));
}

#[tokio::test]
async fn the_calls_of_the_central_system_and_of_the_gateway_reach_the_station_one_by_one() {
    let cms = CentralSystem::new(usual("Accepted")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    let path = format!("/api/v1/stations/{STATION}/reset");
    let (begin, begun) = tokio::sync::oneshot::channel();
    let reset = async {
        begun.await.unwrap();
        world.call("POST", &path, Some(json!({}))).await
    };
    let play = async {
        cms.send(r#"[2,"c-1","GetLocalListVersion",{}]"#);
        let first = next_call(&mut station).await;
        assert_eq!(first[1], "c-1");
        begin.send(()).unwrap();
        // It is on record before the station is told.
        let audit = "/api/v1/audit?kind=station-operation&key=CT-1";
        world
            .until("a reset is asked for", async || {
                let audit = world.call("GET", audit, None).await.json();
                audit["items"] != json!([])
            })
            .await;
        cms.send(r#"[2,"c-2","ClearCache",{}]"#);
        is_called_nothing(&mut station).await;
        let answer = json!([3, "c-1", {"listVersion": 0}]);
        station.send(answer.to_string()).await;
        let mut called = Vec::new();
        for _ in 0..2 {
            let call = next_call(&mut station).await;
            is_called_nothing(&mut station).await;
            station.accept(&call).await;
            called.push(call[2].as_str().unwrap().to_owned());
        }
        called.sort();
        assert_eq!(called, ["ClearCache", "Reset"]);
    };
    let (answer, ()) = tokio::join!(reset, play);
    assert_eq!(answer.json()["answer"], "accepted");
    world
        .until("both answers are above", async || {
            let received = cms.received();
            let answers = received.iter().filter(|it| it.starts_with("[3,"));
            answers.count() == 2
        })
        .await;
    let received = cms.received();
    for answer in [
        r#"[3,"c-1",{"listVersion":0}]"#,
        r#"[3,"c-2",{"status":"Accepted"}]"#,
    ] {
        assert!(received.iter().any(|it| it == answer), "{received:?}");
    }
}

#[tokio::test]
async fn a_card_session_of_ocpp_2_0_1_is_billed_below_a_central_system_that_knows_no_cards() {
    let cms = CentralSystem::new(usual("Unknown")).await;
    let world = below(&cms).await;
    let mut station = ocpp2::Station::boot(&world).await;
    world.tap("card-1").await;
    let start = station.remote_start().await;
    let answer = station
        .tell("Started", "RemoteStart", 1_000, ocpp2::token(&start))
        .await;
    assert_eq!(answer["idTokenInfo"]["status"], "Accepted", "{answer}");
    let answer = station
        .tell("Updated", "MeterValuePeriodic", 5_000, json!({}))
        .await;
    assert_eq!(answer, json!({}));
    world.operate(&ocpp2::id(&start), "stop", None).await;
    let stop = station.raw.called("RequestStopTransaction").await;
    assert_eq!(stop[3], json!({"transactionId": "transaction-1"}));
    station.raw.accept(&stop).await;
    let stopped = json!({"transactionInfo": {"stoppedReason": "Remote"}});
    station.tell("Ended", "RemoteStop", 9_000, stopped).await;
    assert_paid(&world).await;
    assert_eq!(
        cms.called(),
        [
            "BootNotification",
            "StatusNotification",
            "TransactionEvent",
            "TransactionEvent",
            "TransactionEvent",
        ]
    );
    assert!(!cms.received().concat().contains(OWN));
}

#[tokio::test]
async fn a_card_that_the_central_system_refuses_keeps_nobody_from_paying() {
    let cms = CentralSystem::new(usual("Unknown")).await;
    let world = below(&cms).await;
    let mut station = ocpp2::Station::boot(&world).await;
    station.status("Occupied").await;
    let card = json!({"idToken": {"idToken": "04A2B3C4", "type": "ISO14443"}});
    let answer = station.tell("Started", "Authorized", 1_000, card).await;
    assert_eq!(answer, json!({"idTokenInfo": {"status": "Unknown"}}));
    let path = format!("/api/v1/stations/{STATION}");
    let shown = world.call("GET", &path, None).await.json();
    assert_eq!(
        shown["connectors"][0]["transaction"],
        Value::Null,
        "{shown}"
    );
    // Another driver pays in the same transaction.
    world.tap("card-1").await;
    let start = station.remote_start().await;
    let token = ocpp2::token(&start);
    station.tell("Updated", "RemoteStart", 1_000, token).await;
    station.tell("Ended", "EVDeparted", 9_000, json!({})).await;
    assert_paid(&world).await;
}
