//! What is said is relayed as it is, in its order, and one call at a time.

use serde_json::{Value, json};

use super::{OWN, below, below_with};
use crate::central_system::{CentralSystem, usual};
use crate::raw_station::{RawStation, connect_offering, credentials};
use crate::world::{STATION, Setup, World};

/// The central system received so many texts.
pub(super) async fn received(world: &World, cms: &CentralSystem, count: usize) -> Vec<String> {
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
pub(super) async fn relayed(station: &mut RawStation<'_>) -> String {
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
