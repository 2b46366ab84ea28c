//! Stations of OCPP 2.0.1 and 2.1.

mod tariffs;

use chargetap_simulators::station::Version;
use serde_json::{Value, json};

use crate::raw_station::{RawStation, alerts, moment};
use crate::world::{Setup, World, price};

/// A station that speaks frames, and its transaction.
pub(crate) struct Station<'a> {
    pub(crate) raw: RawStation<'a>,
    name: &'static str,
    seq_no: u32,
}

impl<'a> Station<'a> {
    pub(crate) async fn boot(world: &'a World) -> Self {
        Self::boot_speaking(world, "ocpp2.0.1").await
    }

    async fn boot_speaking(world: &'a World, subprotocol: &'static str) -> Self {
        let raw = RawStation::speaking(world, subprotocol).await;
        let mut station = Self {
            raw,
            name: "transaction-1",
            seq_no: 0,
        };
        let boot = json!({"reason": "PowerUp",
            "chargingStation": {"vendorName": "FieldTest", "model": "T2"}});
        station.raw.exchange("BootNotification", boot).await;
        station.status("Available").await;
        station
    }

    /// A card is shown, and a transaction begins at 1,000 Wh. Returns the session's id, too.
    async fn charging(world: &'a World) -> (Self, String) {
        let mut station = Self::boot(world).await;
        world.tap("card-1").await;
        let start = station.remote_start().await;
        station
            .tell("Started", "RemoteStart", 1_000, token(&start))
            .await;
        (station, id(&start))
    }

    pub(crate) async fn status(&mut self, status: &str) {
        let status = json!({"timestamp": moment(), "connectorStatus": status, "evseId": 1,
            "connectorId": 1});
        let answer = self.raw.exchange("StatusNotification", status).await;
        assert_eq!(answer, json!({}));
    }

    /// An event of the transaction. What `more` has is added.
    fn event(&mut self, kind: &str, trigger: &str, register: Option<u64>, more: &Value) -> Value {
        let mut event = json!({"eventType": kind, "timestamp": moment(), "triggerReason": trigger,
            "seqNo": self.seq_no, "transactionInfo": {"transactionId": self.name},
            "evse": {"id": 1, "connectorId": 1}});
        self.seq_no += 1;
        if let Some(register) = register {
            event["meterValue"] = json!([{"timestamp": moment(),
                "sampledValue": [{"value": register}]}]);
        }
        for (key, value) in more.as_object().unwrap() {
            match value.as_object() {
                Some(members) if event.get(key).is_some() => {
                    event[key].as_object_mut().unwrap().extend(members.clone());
                }
                _ => event[key] = value.clone(),
            }
        }
        event
    }

    async fn send(&mut self, event: &Value) -> Value {
        self.raw.exchange("TransactionEvent", event.clone()).await
    }

    /// Tells of the transaction, and returns what is answered.
    pub(crate) async fn tell(
        &mut self,
        kind: &str,
        trigger: &str,
        register: u64,
        more: Value,
    ) -> Value {
        let event = self.event(kind, trigger, Some(register), &more);
        self.send(&event).await
    }

    /// Waits for a remote start, accepts it, and returns what was asked for.
    pub(crate) async fn remote_start(&mut self) -> Value {
        let call = self.raw.called("RequestStartTransaction").await;
        self.raw.accept(&call).await;
        call[3].clone()
    }
}

/// The token of a remote start, as an event has it.
pub(crate) fn token(start: &Value) -> Value {
    json!({"idToken": start["idToken"]})
}

pub(crate) fn id(start: &Value) -> String {
    start["idToken"]["idToken"].as_str().unwrap().to_owned()
}

async fn world(station: &'static str) -> World {
    World::new(Setup {
        simulated_station: false,
        policy: "stop_timeout_s = 1",
        station,
        ..Setup::default()
    })
    .await
}

async fn whole_session(ocpp: Version) {
    let world = World::new(Setup {
        ocpp,
        ..Setup::default()
    })
    .await;
    world.tap("card-1").await;
    let sessions = world.closed_sessions(1).await;
    let energy = world.metered_energy().await;
    let receipt = &world.receipts(1).await[0];
    assert!(energy >= 7_000, "{energy}");
    assert_eq!(receipt["charging"]["energy_wh"], energy);
    assert_eq!(sessions[0]["captured"], price(energy));
    let transaction = &world.station().await["transactions"][0];
    // The station was told what the driver pays, and what the terminal showed.
    let told = transaction["total_cost"].as_f64().unwrap();
    let paid = price(energy);
    assert_eq!(
        format!("{told:.2}"),
        format!("{}.{:02}", paid / 100, paid % 100)
    );
    let message = transaction["message"].as_str().unwrap();
    assert!(message.contains("kWh"), "{message}");
    let limit = &transaction["cost_limit"];
    let has_limits = ocpp == Version::V2_1;
    assert_eq!(limit.as_f64(), has_limits.then_some(50.0), "{transaction}");
    assert_eq!(alerts(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_station_of_ocpp_2_0_1_charges_and_shows_what_it_costs() {
    whole_session(Version::V2_0_1).await;
}

#[tokio::test]
async fn a_station_of_ocpp_2_1_charges_and_knows_how_much_it_may_cost() {
    whole_session(Version::V2_1).await;
}

#[tokio::test]
async fn a_vehicle_that_was_plugged_in_first_keeps_nobody_from_paying() {
    let world = world("").await;
    let mut station = Station::boot(&world).await;
    station.status("Occupied").await;
    let info = json!({"transactionInfo": {"chargingState": "EVConnected"}});
    let answer = station.tell("Started", "CablePluggedIn", 1_000, info).await;
    assert_eq!(answer, json!({}));
    // What the station itself uses is nobody's.
    station
        .tell("Updated", "MeterValuePeriodic", 1_003, json!({}))
        .await;
    world.shows("Show your card").await;
    world.tap("card-1").await;
    let start = station.remote_start().await;
    assert_eq!(start["evseId"], 1);
    let answer = station
        .tell("Updated", "RemoteStart", 1_003, token(&start))
        .await;
    assert_eq!(answer["idTokenInfo"]["status"], "Accepted", "{answer}");
    station
        .tell("Updated", "MeterValuePeriodic", 5_003, json!({}))
        .await;
    let left = json!({"transactionInfo": {"stoppedReason": "EVDisconnected"}});
    let answer = station.tell("Ended", "EVDeparted", 9_003, left).await;
    // 8 kWh x 0.49 + 0.25, with 25 % VAT: 5.2125.
    assert_eq!(answer["totalCost"], 5.21);
    let sessions = world.closed_sessions(1).await;
    assert_eq!(sessions[0]["captured"], 521);
    assert_eq!(alerts(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_start_is_recognised_by_its_number_where_the_station_leaves_out_the_token() {
    let world = world("").await;
    let mut station = Station::boot(&world).await;
    world.tap("card-1").await;
    let start = station.remote_start().await;
    let info = json!({"transactionInfo": {"remoteStartId": start["remoteStartId"]}});
    station.tell("Started", "RemoteStart", 1_000, info).await;
    assert_eq!(world.session_phase(&id(&start)), "charging");
    station.tell("Ended", "EVDeparted", 3_000, json!({})).await;
    assert_eq!(world.closed_sessions(1).await[0]["captured"], 154);
}

#[tokio::test]
async fn a_transaction_that_goes_on_until_the_vehicle_leaves_is_settled_when_it_is_stopped() {
    let world = world("").await;
    let (mut station, session) = Station::charging(&world).await;
    station
        .tell("Updated", "MeterValuePeriodic", 6_000, json!({}))
        .await;
    world.operate(&session, "stop", None).await;
    let stop = station.raw.called("RequestStopTransaction").await;
    assert_eq!(stop[3], json!({"transactionId": "transaction-1"}));
    station.raw.accept(&stop).await;
    let info = json!({"transactionInfo": {"chargingState": "EVConnected",
        "stoppedReason": "Remote"}});
    station.tell("Updated", "RemoteStop", 6_500, info).await;
    let sessions = world.closed_sessions(1).await;
    // 5.5 kWh x 0.49 + 0.25, with 25 % VAT: 3.68125.
    assert_eq!(sessions[0]["captured"], 368);
    let left = json!({"transactionInfo": {"stoppedReason": "Remote"}});
    station.tell("Ended", "EVDeparted", 6_500, left).await;
    station.status("Available").await;
    world.shows("Show your card").await;
    assert_eq!(alerts(&world).await, [""; 0]);
}

#[tokio::test]
async fn energy_that_flows_without_a_good_token_is_stopped_and_told() {
    let world = world("").await;
    let mut station = Station::boot(&world).await;
    let card = json!({"idToken": {"idToken": "04A2B3C4", "type": "ISO14443"}});
    let answer = station.tell("Started", "Authorized", 1_000, card).await;
    assert_eq!(answer["idTokenInfo"]["status"], "Invalid");
    // A refused card keeps nobody from paying.
    world.shows("Show your card").await;
    station
        .tell("Updated", "MeterValuePeriodic", 4_000, json!({}))
        .await;
    world.shows("In use").await;
    let stop = station.raw.called("RequestStopTransaction").await;
    assert_eq!(stop[3], json!({"transactionId": "transaction-1"}));
    station.raw.accept(&stop).await;
    station.tell("Ended", "RemoteStop", 4_500, json!({})).await;
    world.shows("Show your card").await;
    world
        .until("a person is told", async || {
            alerts(&world)
                .await
                .contains(&"energy-without-payment".to_owned())
        })
        .await;
}

#[tokio::test]
async fn a_token_that_the_operator_lets_charge_is_accepted() {
    let world = world(r#"local_tokens = ["04A2B3C4"]"#).await;
    let mut station = Station::boot(&world).await;
    let card = json!({"idToken": {"idToken": "04a2b3c4", "type": "ISO14443"}});
    let answer = station.raw.exchange("Authorize", card.clone()).await;
    assert_eq!(answer["idTokenInfo"]["status"], "Accepted");
    let answer = station.tell("Started", "Authorized", 1_000, card).await;
    assert_eq!(answer["idTokenInfo"]["status"], "Accepted");
    station
        .tell("Updated", "MeterValuePeriodic", 4_000, json!({}))
        .await;
    world.shows("In use").await;
    station.tell("Ended", "EVDeparted", 4_500, json!({})).await;
    world.shows("Show your card").await;
    assert_eq!(alerts(&world).await, [""; 0]);
}

#[tokio::test]
async fn what_was_told_while_the_gateway_was_dead_is_billed_once_however_often_it_is_told() {
    let mut world = world("").await;
    let (begun, start) = {
        let mut station = Station::boot(&world).await;
        world.tap("card-1").await;
        let start = station.remote_start().await;
        let begun = station.event("Started", "RemoteStart", Some(1_000), &token(&start));
        station.send(&begun).await;
        (begun, start)
    };
    world.stop_gateway();
    world.restart_gateway().await;
    let mut station = Station::boot(&world).await;
    station.seq_no = 1;
    let offline = json!({"offline": true});
    let read = station.event("Updated", "MeterValuePeriodic", Some(4_000), &offline);
    let ended = station.event("Ended", "EVDeparted", Some(8_000), &offline);
    for event in [&begun, &read, &read, &ended, &begun, &ended] {
        station.send(event).await;
    }
    let sessions = world.closed_sessions(1).await;
    // 7 kWh x 0.49 + 0.25, with 25 % VAT: 4.60.
    assert_eq!(sessions[0]["captured"], 460);
    assert_eq!(world.session_phase(&id(&start)), "settled");
    station.status("Available").await;
    world.shows("Show your card").await;
    assert_eq!(alerts(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_driver_whose_card_comes_before_the_vehicle_pays_from_when_it_is_plugged_in() {
    let world = world("").await;
    let mut station = Station::boot(&world).await;
    world.tap("card-1").await;
    let start = station.remote_start().await;
    let mut authorized = token(&start);
    authorized["transactionInfo"] = json!({"chargingState": "Idle"});
    let answer = station
        .tell("Started", "RemoteStart", 1_000, authorized)
        .await;
    assert_eq!(answer["idTokenInfo"]["status"], "Accepted", "{answer}");
    assert_eq!(world.session_phase(&id(&start)), "starting");
    let plugged = json!({"transactionInfo": {"chargingState": "EVConnected"}});
    station
        .tell("Updated", "CablePluggedIn", 1_000, plugged)
        .await;
    assert_eq!(world.session_phase(&id(&start)), "charging");
    station.tell("Ended", "EVDeparted", 3_000, json!({})).await;
    // 2 kWh x 0.49 + 0.25, with 25 % VAT: 1.5375.
    assert_eq!(world.closed_sessions(1).await[0]["captured"], 154);
}

#[tokio::test]
async fn a_stop_without_a_register_is_settled_by_that_of_the_end() {
    let world = world("").await;
    let (mut station, session) = Station::charging(&world).await;
    station
        .tell("Updated", "MeterValuePeriodic", 6_000, json!({}))
        .await;
    let stopped = json!({"transactionInfo": {"chargingState": "EVConnected"}});
    let stopped = station.event("Updated", "StopAuthorized", None, &stopped);
    station.send(&stopped).await;
    assert_eq!(world.session_phase(&session), "charging");
    station.tell("Ended", "EVDeparted", 6_500, json!({})).await;
    // 5.5 kWh x 0.49 + 0.25, with 25 % VAT: 3.68125.
    assert_eq!(world.closed_sessions(1).await[0]["captured"], 368);
    assert_eq!(alerts(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_transaction_that_outlives_a_session_is_the_next_drivers() {
    let world = world("").await;
    let (mut station, _) = Station::charging(&world).await;
    let stopped = json!({"transactionInfo": {"chargingState": "EVConnected"}});
    station
        .tell("Updated", "StopAuthorized", 3_000, stopped)
        .await;
    assert_eq!(world.closed_sessions(1).await[0]["captured"], 154);
    world.shows("Show your card").await;
    // The vehicle was never unplugged.
    world.tap("card-2").await;
    let second = station.remote_start().await;
    let answer = station
        .tell("Updated", "RemoteStart", 3_000, token(&second))
        .await;
    assert_eq!(answer["idTokenInfo"]["status"], "Accepted", "{answer}");
    station.tell("Ended", "EVDeparted", 8_500, json!({})).await;
    let sessions = world.closed_sessions(2).await;
    let captured: Vec<_> = sessions.iter().map(|it| it["captured"].clone()).collect();
    // 2 kWh and 5.5 kWh.
    assert_eq!(captured, [154, 368]);
    assert_eq!(alerts(&world).await, [""; 0]);
}

#[tokio::test]
async fn energy_that_a_late_driver_takes_in_the_transaction_of_another_is_told() {
    let world = World::new(Setup {
        simulated_station: false,
        policy: "stop_timeout_s = 1",
        plug_in_timeout_s: 2,
        ..Setup::default()
    })
    .await;
    let (mut station, _) = Station::charging(&world).await;
    let stopped = json!({"transactionInfo": {"chargingState": "EVConnected"}});
    station
        .tell("Updated", "StopAuthorized", 3_000, stopped.clone())
        .await;
    assert_eq!(world.closed_sessions(1).await[0]["captured"], 154);
    world.tap("card-2").await;
    let second = station.remote_start().await;
    // What the station has to say of it does not come in time.
    assert_eq!(world.closed_sessions(2).await[1]["state"], "voided");
    station
        .tell("Updated", "RemoteStart", 3_000, token(&second))
        .await;
    let stop = station.raw.called("RequestStopTransaction").await;
    station.raw.accept(&stop).await;
    station.tell("Updated", "RemoteStop", 8_500, stopped).await;
    world
        .until("a person is told", async || {
            let alerts = alerts(&world).await;
            alerts.contains(&"energy-without-payment".to_owned())
        })
        .await;
}

#[tokio::test]
async fn energy_that_flows_after_a_session_was_stopped_is_told_and_what_the_station_uses_is_not() {
    let world = world("").await;
    let (mut station, _) = Station::charging(&world).await;
    let stopped = json!({"transactionInfo": {"chargingState": "EVConnected"}});
    station
        .tell("Updated", "StopAuthorized", 3_000, stopped)
        .await;
    assert_eq!(world.closed_sessions(1).await[0]["captured"], 154);
    station
        .tell("Updated", "MeterValueClock", 3_002, json!({}))
        .await;
    world.shows("Show your card").await;
    station
        .tell("Updated", "MeterValuePeriodic", 7_000, json!({}))
        .await;
    world.shows("In use").await;
    let stop = station.raw.called("RequestStopTransaction").await;
    assert_eq!(stop[3], json!({"transactionId": "transaction-1"}));
    station.raw.accept(&stop).await;
    station.tell("Ended", "EVDeparted", 7_000, json!({})).await;
    world
        .until("a person is told", async || {
            alerts(&world)
                .await
                .contains(&"energy-without-payment".to_owned())
        })
        .await;
    world.shows("Show your card").await;
}
