//! The ways to start and to stop at a terminal that serves several EVSEs, or has a screen.

use serde_json::json;

use crate::world::{Setup, World, price};

/// Drivers plug in first, at one of two EVSEs.
pub(crate) const PLUG_IN: &str = r#"evses = [
            { station = "CT-1", connector = 1, label = "Left" },
            { station = "CT-1", connector = 2, label = "Right" },
        ]
        start = "plug-in"
        hold = "50.00""#;

const SCREEN: &str = r#"evses = [
            { station = "CT-1", connector = 1, label = "Left" },
            { station = "CT-1", connector = 2, label = "Right" },
        ]
        start = "screen"
        hold_choices = ["10.00", "40.00"]
        stop_on_screen = true"#;

async fn world(terminal: &'static str) -> World {
    World::new(Setup {
        terminal,
        power: 7_000,
        plug_in_after_ms: None,
        unplug_after: None,
        ..Setup::default()
    })
    .await
}

/// Wait until the screen's text begins with this.
pub(crate) async fn until_shown(world: &World, text: &str) {
    world
        .until(text, async || world.screen().await.0.starts_with(text))
        .await;
}

/// Wait until so much was charged at a connector.
async fn until_charged(world: &World, connector: u64, energy: u64) {
    world
        .until("enough is charged", async || {
            let state = world.station().await;
            let transactions = state["transactions"].as_array().unwrap();
            let running = transactions
                .iter()
                .find(|it| it["connector"] == connector && it["meter_stop"].is_null());
            let index = usize::try_from(connector).unwrap() - 1;
            let now = state["connectors"][index]["meter_wh"].as_u64().unwrap();
            running.is_some_and(|it| now - it["meter_start"].as_u64().unwrap() >= energy)
        })
        .await;
}

/// What was delivered at a connector, in Wh.
async fn delivered(world: &World, connector: u64) -> u64 {
    let state = world.station().await;
    let found = state["transactions"].as_array().unwrap().iter();
    let of = found.filter(|it| it["connector"] == connector);
    of.map(|it| it["meter_stop"].as_u64().unwrap() - it["meter_start"].as_u64().unwrap())
        .sum()
}

#[tokio::test]
async fn two_drivers_who_plug_in_first_charge_at_one_terminal_at_the_same_time() {
    let world = world(PLUG_IN).await;
    until_shown(&world, "Plug in to charge.").await;

    world.cable("plug-in", 2).await;
    until_shown(&world, "Right: €0.6125/kWh").await;
    world.tap("card-1").await;
    until_charged(&world, 2, 1_000).await;

    world.cable("plug-in", 1).await;
    until_shown(&world, "Left: €0.6125/kWh").await;
    world.tap("card-2").await;
    until_charged(&world, 1, 1_000).await;

    // The one stops by the card, the other by unplugging.
    world.tap("card-1").await;
    world.closed_one(2).await;
    world.cable("unplug", 1).await;
    let mut captured: Vec<_> = world.closed_sessions(2).await;
    captured.sort_by_key(|it| it["card_id"].to_string());
    let amounts: Vec<_> = captured.iter().map(|it| it["captured"].clone()).collect();
    let right = price(delivered(&world, 2).await);
    let left = price(delivered(&world, 1).await);
    assert_eq!(amounts, [json!(right), json!(left)], "{captured:?}");
}

#[tokio::test]
async fn a_card_before_the_plug_takes_nothing_and_the_screen_says_what_to_do() {
    let world = world(PLUG_IN).await;
    until_shown(&world, "Plug in to charge.").await;
    world.tap("card-1").await;
    until_shown(&world, "Plug in to charge. Nothing was taken.").await;
    assert_eq!(world.ledger().await["sessions"], json!([]));
    // The terminal serves the next driver as usual.
    world.cable("plug-in", 1).await;
    until_shown(&world, "Left: ").await;
    world.tap("card-2").await;
    until_charged(&world, 1, 1_000).await;
    world.cable("unplug", 1).await;
    assert_eq!(world.closed_sessions(1).await[0]["state"], "captured");
}

#[tokio::test]
async fn a_vehicle_that_was_charged_is_not_offered_to_the_next_card() {
    let world = world(PLUG_IN).await;
    world.cable("plug-in", 1).await;
    until_shown(&world, "Left: ").await;
    world.tap("card-1").await;
    until_charged(&world, 1, 1_000).await;
    world.tap("card-1").await;
    world.closed_sessions(1).await;
    // It is still plugged in, but another card has nothing to do with it.
    until_shown(&world, "Plug in to charge.").await;
    world.tap("card-2").await;
    until_shown(&world, "Plug in to charge. Nothing was taken.").await;
    assert_eq!(
        world.ledger().await["sessions"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn a_vehicle_whose_card_was_declined_is_offered_to_the_next_card() {
    let world = World::new(Setup {
        terminal: PLUG_IN,
        power: 7_000,
        payter_faults: vec!["authorize=decline"],
        plug_in_after_ms: None,
        unplug_after: None,
        ..Setup::default()
    })
    .await;
    world.cable("plug-in", 1).await;
    until_shown(&world, "Left: ").await;
    world.tap("card-1").await;
    until_shown(&world, "The card was refused.").await;
    until_shown(&world, "Left: ").await;
    world.tap("card-2").await;
    until_charged(&world, 1, 1_000).await;
    world.cable("unplug", 1).await;
    assert_eq!(world.closed_sessions(1).await[0]["state"], "captured");
}

#[tokio::test]
async fn on_the_screen_a_driver_chooses_where_and_how_much_and_stops_without_the_card() {
    let world = world(SCREEN).await;
    until_shown(&world, "Where do you charge?").await;
    assert_eq!(world.screen().await.1, ["Left", "Right"]);
    world.touch("Right").await;
    until_shown(&world, "Right: How much at most?").await;
    assert_eq!(world.screen().await.1, ["€10.00", "€40.00"]);
    world.touch("€40.00").await;
    until_shown(
        &world,
        "Right: €0.6125/kWh, €0.3125 per session, hold €40.00",
    )
    .await;
    world.tap("card-1").await;
    world.cable("plug-in", 2).await;
    until_charged(&world, 2, 1_000).await;
    until_shown(&world, "Where do you charge?").await;
    assert_eq!(world.screen().await.1, ["Left", "Stop Right"]);
    world.touch("Stop Right").await;
    let sessions = world.closed_sessions(1).await;
    let amount = price(delivered(&world, 2).await);
    assert_eq!(sessions[0]["held"], 4_000);
    assert_eq!(sessions[0]["captured"], amount);
}

#[tokio::test]
async fn a_card_that_is_shown_again_is_asked_first_where_the_operator_wants_it() {
    let world = world(
        r#"evses = [{ station = "CT-1", connector = 1 }]
        confirm_stop = true
        hold = "50.00""#,
    )
    .await;
    until_shown(&world, "€0.6125/kWh").await;
    world.tap("card-1").await;
    world.cable("plug-in", 1).await;
    until_charged(&world, 1, 1_000).await;
    until_shown(&world, "In use. To stop, show the same card again.").await;

    world.tap("card-1").await;
    until_shown(&world, "Stop charging?").await;
    world
        .until("it can be chosen", async || {
            world.screen().await.1 == ["Stop charging", "Continue"]
        })
        .await;
    world.touch("Continue").await;
    until_shown(&world, "In use. To stop, show the same card again.").await;
    let charged = world.metered_live().await;
    until_charged(&world, 1, charged + 1_000).await;

    // Another card is not asked.
    world.tap("card-2").await;
    until_shown(&world, "In use. To stop, show the same card again.").await;

    world.tap("card-1").await;
    until_shown(&world, "Stop charging?").await;
    world.touch("Stop charging").await;
    let sessions = world.closed_sessions(1).await;
    assert_eq!(sessions[0]["captured"], price(delivered(&world, 1).await));

    // The screen says what was paid. Who shows the card again sees that once more, and no new hold is made.
    until_shown(&world, "Paid: ").await;
    until_shown(&world, "€0.6125/kWh").await;
    world.tap("card-1").await;
    until_shown(&world, "Paid: ").await;
    world.closed_sessions(1).await;
}

#[tokio::test]
async fn one_card_pays_for_two_vehicles_and_stops_the_one_that_its_driver_names() {
    let world = world(
        r#"evses = [
            { station = "CT-1", connector = 1, label = "Left" },
            { station = "CT-1", connector = 2, label = "Right" },
        ]
        start = "screen"
        hold = "50.00""#,
    )
    .await;
    for (label, connector) in [("Left", 1), ("Right", 2)] {
        until_shown(&world, "Where do you charge?").await;
        world.touch(label).await;
        until_shown(&world, &format!("{label}: €0.6125/kWh")).await;
        world.tap("card-1").await;
        world.cable("plug-in", connector).await;
        until_charged(&world, connector.into(), 500).await;
    }
    until_shown(&world, "Where do you charge?").await;
    assert_eq!(world.screen().await.1, ["Stop charging"]);

    // The card alone does not say which.
    world.touch("Stop charging").await;
    until_shown(&world, "Show the card").await;
    world.tap("card-1").await;
    until_shown(&world, "Stop charging?").await;
    assert_eq!(
        world.screen().await.1,
        ["Stop Left", "Stop Right", "Continue"]
    );
    world.touch("Stop Right").await;
    world.closed_one(2).await;
    assert_eq!(captured(&world).await, [price(delivered(&world, 2).await)]);

    // Of one session it does.
    world.touch("Stop charging").await;
    until_shown(&world, "Show the card").await;
    world.tap("card-1").await;
    world.closed_sessions(2).await;
    let mut owed = [
        price(delivered(&world, 1).await),
        price(delivered(&world, 2).await),
    ];
    owed.sort_unstable();
    assert_eq!(captured(&world).await, owed);
}

/// What was captured of each session, the least first.
async fn captured(world: &World) -> Vec<u64> {
    let ledger = world.ledger().await;
    let sessions = ledger["sessions"].as_array().unwrap().iter();
    let captured = sessions.filter(|it| it["state"] == "captured");
    let mut amounts: Vec<_> = captured
        .map(|it| it["captured"].as_u64().unwrap())
        .collect();
    amounts.sort_unstable();
    amounts
}

#[tokio::test]
async fn a_session_stops_before_it_costs_more_than_its_driver_chose() {
    let world = world(SCREEN).await;
    world.touch("Left").await;
    world.touch("€10.00").await;
    world.tap("card-1").await;
    world.cable("plug-in", 1).await;
    let sessions = world.closed_sessions(1).await;
    let amount = price(delivered(&world, 1).await);
    assert_eq!(sessions[0]["held"], 1_000);
    // The station is stopped in time. On a slow machine that may take a moment, in which a little
    // more is delivered.
    assert_eq!(sessions[0]["captured"], amount.min(1_000));
    assert!((500..=1_100).contains(&amount), "{amount}");
}

#[tokio::test]
async fn a_screen_that_cannot_be_put_up_is_tried_again() {
    let world = World::new(Setup {
        terminal: SCREEN,
        payter_faults: vec!["ui=error:2"],
        ..Setup::default()
    })
    .await;
    until_shown(&world, "Where do you charge?").await;
}

#[tokio::test]
async fn a_terminal_that_was_offline_is_prompted_again() {
    let world = world(SCREEN).await;
    until_shown(&world, "Where do you charge?").await;
    world
        .until("the prompt is confirmed", async || {
            world.is_latest_prompt_confirmed()
        })
        .await;
    world.terminal_online(false).await;
    world
        .until("the gateway saw it", async || {
            !world.is_latest_prompt_confirmed()
        })
        .await;
    world.terminal_online(true).await;
    world
        .until("it is prompted again", async || {
            world.is_latest_prompt_confirmed()
        })
        .await;
}
