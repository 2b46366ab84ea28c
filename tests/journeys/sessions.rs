//! Sessions from tap to receipt.

use serde_json::{Value, json};

use crate::world::{Setup, World, price};

/// The ledger's only session was captured for what the station metered, and the receipt says so.
async fn assert_captured_once(world: &World) {
    let sessions = world.closed_sessions(1).await;
    let receipts = world.receipts(1).await;
    let energy = world.metered_energy().await;
    let amount = price(energy);
    assert!(energy >= 7_000, "{energy}");
    assert_eq!(sessions[0]["state"], "captured");
    assert_eq!(money(&sessions[0]), json!([5_000, amount, 5_000 - amount]));
    assert_eq!(money(&receipts[0]), money(&sessions[0]));
    assert_eq!(receipts[0]["charging"]["energy_wh"], energy);
}

/// Wait until a session that does not end by unplugging has charged 7 kWh.
async fn enough_is_charged(world: &World) {
    world
        .until("enough is charged", async || {
            let state = world.station().await;
            let start = state["transactions"][0]["meter_start"].as_u64();
            let now = state["connectors"][0]["meter_wh"].as_u64();
            start
                .zip(now)
                .is_some_and(|(start, now)| now - start >= 7_000)
        })
        .await;
}

async fn assert_nothing_taken(world: &World, reason: &str) {
    let receipts = world.receipts(1).await;
    assert_eq!(receipts[0]["nothing_taken_reason"], reason);
    assert_eq!(receipts[0]["captured"], 0);
    assert_eq!(world.ledger().await["totals"]["captured"], 0);
    assert_eq!(world.ledger().await["totals"]["open"], 0);
}

fn money(entry: &Value) -> Value {
    json!([entry["held"], entry["captured"], entry["released"]])
}

async fn journey(setup: Setup) -> World {
    let world = World::new(setup).await;
    world.tap("card-1").await;
    world
}

#[tokio::test]
async fn a_tap_becomes_a_session_one_capture_and_a_receipt() {
    let world = journey(Setup::default()).await;
    assert_captured_once(&world).await;
}

#[tokio::test]
async fn the_same_card_again_stops_charging() {
    let world = journey(Setup {
        // Slow enough that the hold lasts until the card is shown, also on a busy machine.
        power: 10_000,
        unplug_after: None,
        ..Setup::default()
    })
    .await;
    enough_is_charged(&world).await;
    world.tap("card-1").await;
    assert_captured_once(&world).await;
    assert_eq!(world.station().await["transactions"][0]["reason"], "Remote");
}

#[tokio::test]
async fn the_readings_of_a_session_go_after_some_weeks_and_its_receipt_stays() {
    let mut world = journey(Setup::default()).await;
    assert_captured_once(&world).await;
    world.stop_gateway();
    let readings = world.stored_readings();
    assert!(readings > 0);
    world.age_events(26);
    world.restart_gateway().await;
    world.tap("card-2").await;
    world.receipts(2).await;
    world.stop_gateway();
    // Nothing is old by a clock that is far ahead of the last event: that is of ten days ago.
    world.age_events(10);
    let (all, events) = (world.stored_readings(), world.stored_events());
    assert!(all > readings);
    world.restart_gateway().await;
    world
        .until("the readings are gone", async || {
            world.stored_readings() == all - readings
        })
        .await;
    assert_eq!(world.stored_events(), events - readings);
    assert_eq!(world.receipts(2).await.len(), 2);
}

#[tokio::test]
async fn a_declined_card_starts_nothing_and_gets_a_receipt_that_says_so() {
    let world = journey(Setup {
        payter_faults: vec!["authorize=decline"],
        ..Setup::default()
    })
    .await;
    assert_nothing_taken(&world, "declined").await;
    assert_eq!(world.ledger().await["sessions"], json!([]));
    assert_eq!(world.station().await["transactions"], json!([]));
}

#[tokio::test]
async fn a_driver_who_does_not_plug_in_gets_everything_back() {
    let setup = Setup {
        plug_in_after_ms: None,
        plug_in_timeout_s: 1,
        ..Setup::default()
    };
    let world = journey(setup).await;
    let sessions = world.closed_sessions(1).await;
    assert_eq!(sessions[0]["state"], "voided");
    assert_nothing_taken(&world, "not_plugged_in").await;
    assert_eq!(money(&world.receipts(1).await[0]), json!([5_000, 0, 5_000]));
}

#[tokio::test]
async fn a_station_that_refuses_to_start_costs_nothing() {
    let world = journey(Setup {
        station_faults: vec!["decline"],
        ..Setup::default()
    })
    .await;
    assert_eq!(world.closed_sessions(1).await[0]["state"], "voided");
    assert_nothing_taken(&world, "start_failed").await;
}

#[tokio::test]
async fn a_callback_that_is_delivered_twice_has_one_effect() {
    let world = journey(Setup {
        payter_faults: vec!["callback=duplicate:9"],
        ..Setup::default()
    })
    .await;
    assert_captured_once(&world).await;
    let duplicates = world
        .metric("chargetap_callbacks_total{result=\"duplicate\"}")
        .await;
    assert_eq!(duplicates, 1);
}

#[tokio::test]
async fn a_capture_whose_answer_is_lost_is_not_repeated() {
    let world = journey(Setup {
        payter_faults: vec!["commit=lost-answer"],
        ..Setup::default()
    })
    .await;
    assert_captured_once(&world).await;
    assert!(
        world
            .log()
            .values("result")
            .contains(&"looked-up".to_owned())
    );
}

#[tokio::test]
async fn a_capture_that_never_arrived_is_made_again() {
    let world = journey(Setup {
        payter_faults: vec!["commit=drop"],
        ..Setup::default()
    })
    .await;
    assert_captured_once(&world).await;
}

#[tokio::test]
async fn an_authorisation_whose_answer_is_lost_is_found_again() {
    let world = journey(Setup {
        payter_faults: vec!["authorize=lost-answer"],
        ..Setup::default()
    })
    .await;
    assert_captured_once(&world).await;
}

#[tokio::test]
async fn an_authorisation_that_never_arrived_takes_nothing() {
    let world = journey(Setup {
        payter_faults: vec!["authorize=drop"],
        ..Setup::default()
    })
    .await;
    assert_nothing_taken(&world, "payment_failed").await;
}

#[tokio::test]
async fn a_hold_that_another_drivers_card_left_is_voided_and_never_charged() {
    let world = World::new(Setup {
        payter_faults: vec!["authorize=drop"],
        ..Setup::default()
    })
    .await;
    world
        .until("the terminal is armed", async || {
            world.confirmed_prompts() > 0
        })
        .await;
    world.hold("stranger").await;
    world.tap("card-1").await;
    let sessions = world.closed_sessions(1).await;
    assert_nothing_taken(&world, "payment_failed").await;
    assert_eq!(
        (&sessions[0]["card_id"], &sessions[0]["state"]),
        (&json!("stranger"), &json!("voided"))
    );
    assert_eq!(world.station().await["transactions"], json!([]));
}

#[tokio::test]
async fn a_card_at_an_occupied_evse_takes_nothing_and_disturbs_nobody() {
    let world = journey(Setup {
        power: 7_000,
        unplug_after: None,
        ..Setup::default()
    })
    .await;
    world
        .until("it charges", async || {
            world.log().values("phase").contains(&"charging".to_owned())
        })
        .await;
    world.tap("card-2").await;
    world
        .until("the second driver is told", async || {
            world
                .log()
                .values("event")
                .contains(&"evse-occupied".to_owned())
        })
        .await;
    enough_is_charged(&world).await;
    world.tap("card-1").await;
    world.closed_sessions(1).await;
    let receipts = world.receipts(1).await;
    assert_eq!(receipts[0]["captured"], price(world.metered_energy().await));
}

#[tokio::test]
async fn a_station_that_repeats_its_messages_changes_nothing() {
    let world = journey(Setup {
        station_faults: vec!["duplicate:9"],
        ..Setup::default()
    })
    .await;
    assert_captured_once(&world).await;
}

#[tokio::test]
async fn a_station_that_drops_its_connection_at_the_start_is_asked_again() {
    let world = journey(Setup {
        station_faults: vec!["drop"],
        ..Setup::default()
    })
    .await;
    assert_captured_once(&world).await;
}

#[tokio::test]
async fn another_driver_can_charge_after_the_first() {
    let world = journey(Setup::default()).await;
    world.closed_sessions(1).await;
    world.tap("card-2").await;
    let sessions = world.closed_sessions(2).await;
    let receipts = world.receipts(2).await;
    for (session, receipt) in sessions.iter().zip(&receipts) {
        assert_eq!(session["state"], "captured");
        assert_eq!(money(receipt), money(session));
    }
}

#[tokio::test]
async fn a_terminal_that_shows_an_old_price_gets_the_new_one() {
    let mut world = World::new(Setup::default()).await;
    let shows = async |world: &World, price: &str| {
        world
            .until("the terminal shows the price", async || {
                let offers = world.log().values("shown");
                offers.last().is_some_and(|offer| offer.starts_with(price))
            })
            .await;
    };
    // With 25 % VAT.
    shows(&world, "€0.6125/kWh, ").await;
    world.stop_gateway();
    world.configure("per_kwh = \"0.49\"", "per_kwh = \"0.59\"");
    world.restart_gateway().await;
    shows(&world, "€0.7375/kWh, ").await;
}

#[tokio::test]
async fn the_operator_stops_a_session_and_puts_its_refunds_on_record() {
    let world = journey(Setup {
        power: 7_000,
        unplug_after: None,
        ..Setup::default()
    })
    .await;
    enough_is_charged(&world).await;
    let session = world.session();
    let stop = format!("/api/v1/sessions/{session}/stop");
    let guess = world.call_as("a guess", "POST", &stop, None, &[]).await;
    assert_eq!(guess.status, 401);
    assert_eq!(world.operate("nobody", "stop", None).await, 404);
    assert_eq!(world.operate(&session, "stop", None).await, 204);
    assert_captured_once(&world).await;
    assert_eq!(world.operate(&session, "stop", None).await, 409);

    let captured = world.receipts(1).await[0]["captured"].as_u64().unwrap();
    let receipt = world.receipts(1).await.remove(0);
    let path = |name: &str| format!("/api/v1/sessions/{name}/refunds");
    let refund = async |reference: &str, amount: u64| {
        let body = json!({"reference": reference, "amount": amount});
        let answer = world.call("POST", &path(&session), Some(body)).await;
        (answer.status, answer.json())
    };
    let (status, first) = refund("r-1", 100).await;
    assert_eq!(status, 200);
    let expected = json!({
        "session": session, "reference": "r-1", "amount": 100, "currency": "EUR",
        "refunded": 100, "left": captured - 100, "receipt": first["receipt"],
    });
    assert_eq!(first, expected);
    let issued = world.receipts(2).await.remove(1);
    let link = world.url(&format!("/receipts/{}", issued["id"].as_str().unwrap()));

    // Too large a refund says what is left, and another amount what is on record.
    let (status, problem) = refund("r-2", captured).await;
    assert_eq!(status, 409, "{problem:#}");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains(&format!(" {} minor units of EUR", captured - 100)),
        "{detail}"
    );
    for other in [1, 99, 101, captured] {
        let (status, problem) = refund("r-1", other).await;
        assert_eq!(status, 409, "{problem:#}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("with 100 minor units of EUR"), "{detail}");
    }

    // A session is also found by the number and by the code of its receipt.
    for name in ["number", "code"] {
        let name = receipt[name].as_str().unwrap();
        let body = json!({"reference": "r-2", "amount": captured - 100});
        let answer = world.call("POST", &path(name), Some(body)).await;
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(answer.json()["left"], 0, "{name}");
    }
    let (status, problem) = refund("r-3", 1).await;
    assert_eq!(status, 409);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains(" 0 minor units of EUR"),
        "{problem:#}"
    );

    // The same one again is answered the same, with the link to its receipt.
    let (status, again) = refund("r-1", 100).await;
    assert_eq!(status, 200, "the same one again");
    assert_eq!(again["receipt"], link);
    let unlinked = json!({"receipt": null});
    assert_eq!(merged(&again, &unlinked), merged(&first, &unlinked));

    let nonsense = world.operate(&session, "refunds", Some(json!({}))).await;
    assert_eq!(nonsense, 422);
}

/// An object with these fields replaced.
fn merged(object: &Value, fields: &Value) -> Value {
    let mut object = object.clone();
    for (name, value) in fields.as_object().unwrap() {
        object[name.as_str()] = value.clone();
    }
    object
}
