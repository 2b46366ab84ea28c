//! Many sites on one gateway, and what changes there while drivers charge.

use chargetap_fleet::example::{EXAMPLE_CONFIG, ExampleSite};
use chargetap_fleet::moment::Zone;
use jiff::civil::DateTime;
use serde_json::{Value, json};

use crate::world::{Setup, World, now, price};

const SITE: &str = "/api/v1/sites/stora-torget";

const SOHO: ExampleSite<'_> = ExampleSite {
    key: "soho",
    name: "Soho Car Park",
    address: "Brewer Street, London W1F 0LA, United Kingdom",
    time_zone: "Europe/London",
    stations: &[],
};

const POUNDS: &str = r#"[[tariffs]]
        id = "pounds"
        currency = "GBP"
        per_kwh = "0.60"
        vat_percent = "20""#;

/// By how many minutes a time of a receipt is ahead of UTC.
fn offset(receipt: &Value) -> i32 {
    let time = receipt["charging"]["started_at"].as_str().unwrap();
    match time.strip_suffix('Z') {
        Some(_) => 0,
        None => {
            let (sign, offset) = time.split_at(time.len() - 5);
            let (hours, minutes) = offset.split_once(':').unwrap();
            let minutes = hours.parse::<i32>().unwrap() * 60 + minutes.parse::<i32>().unwrap();
            if sign.ends_with('-') {
                -minutes
            } else {
                minutes
            }
        }
    }
}

/// What a driver in London pays for this energy, in pence: kWh x 0.60 x 1.20, rounded half up.
fn price_in_pence(energy: u64) -> u64 {
    (energy * 72 + 500) / 1_000
}

#[tokio::test]
async fn two_sites_in_two_time_zones_with_two_currencies_have_receipts_of_their_own() {
    let world = World::new(Setup {
        places: 2,
        further_site: Some(SOHO),
        further_tariff: "pounds",
        tariffs: POUNDS,
        ..Setup::default()
    })
    .await;
    world.tap("card-1").await;
    world.receipts(1).await;
    world.tap_at("P66-0002", "card-2").await;
    let receipts = world.receipts(2).await;
    let site = |receipt: &Value| {
        let of = |member| receipt["site"][member].as_str().unwrap().to_owned();
        [of("name"), of("address"), of("time_zone")]
    };
    let torget = ExampleSite::torget(&[]);
    for (receipt, expected) in receipts.iter().zip([torget, SOHO]) {
        assert_eq!(
            site(receipt),
            [expected.name, expected.address, expected.time_zone]
        );
    }
    // London is an hour behind Stockholm all year.
    assert_eq!(offset(&receipts[0]) - offset(&receipts[1]), 60);
    let energy = |receipt: &Value| receipt["charging"]["energy_wh"].as_u64().unwrap();
    let paid = |receipt: &Value| json!([receipt["currency"], receipt["captured"]]);
    let euros = price(energy(&receipts[0]));
    let pence = price_in_pence(energy(&receipts[1]));
    assert_eq!(paid(&receipts[0]), json!(["EUR", euros]));
    assert_eq!(paid(&receipts[1]), json!(["GBP", pence]));
    let totals = world.ledger().await["totals"]["captured"].clone();
    assert_eq!(totals, euros + pence);
}

/// The same with other texts, and another time zone.
async fn rename_site(world: &World) {
    let known = world.call("GET", SITE, None).await;
    let mut details = known.json()["details"].clone();
    details["name"] = json!("Nya Torget");
    details["time_zone"] = json!("Europe/Helsinki");
    let etag = known.etag.unwrap();
    let headers = [("if-match", etag.as_str())];
    let put = world.call_as(world.token(), "PUT", SITE, Some(details), &headers);
    let put = put.await;
    assert_eq!(put.status, 200, "{put:?}");
}

/// Wait until so many transactions have begun, and the last has delivered more than the least that is captured.
async fn charging_for(world: &World, transactions: usize) {
    world
        .until("a vehicle charges", async || {
            let state = world.station().await;
            let begun = state["transactions"].as_array().unwrap();
            let start = begun.last().and_then(|it| it["meter_start"].as_u64());
            let now = state["connectors"][0]["meter_wh"].as_u64();
            let delivered = start.zip(now).map(|(start, now)| now - start);
            begun.len() == transactions && delivered > Some(1_000)
        })
        .await;
}

#[tokio::test]
async fn a_site_that_is_changed_during_a_session_is_another_on_the_next_ones_receipt_only() {
    let world = World::charging(Setup::default()).await;
    charging_for(&world, 1).await;
    rename_site(&world).await;
    world.cable("unplug", 1).await;
    world.receipts(1).await;
    world.tap("card-2").await;
    charging_for(&world, 2).await;
    world.cable("unplug", 1).await;
    let receipts = world.receipts(2).await;
    let name = |at: usize| receipts[at]["site"]["name"].clone();
    assert_eq!([name(0), name(1)], ["Stora Torget", "Nya Torget"]);
    let zone = |at: usize| receipts[at]["site"]["time_zone"].clone();
    assert_eq!([zone(0), zone(1)], ["Europe/Stockholm", "Europe/Helsinki"]);
    assert!(receipts.iter().all(|it| it["captured"].as_u64() > Some(0)));
}

/// A tariff of 0.60 per kWh for the hours around this moment in London, and of 1.20 at other times of the day.
fn pounds_by_the_hour() -> String {
    let now = jiff::Timestamp::from_millisecond(now().millis().try_into().unwrap()).unwrap();
    let london = Zone::find(SOHO.time_zone).unwrap().rules().to_datetime(now);
    let minute = |time: DateTime| format!("{:02}:{:02}", time.hour(), time.minute());
    // In Stockholm it is an hour later, which is after that.
    let from = minute(london - jiff::Span::new().hours(3));
    let to = minute(london + jiff::Span::new().minutes(30));
    format!(
        r#"[[tariffs]]
        id = "pounds"
        currency = "GBP"
        [[tariffs.elements]]
        price_components = [{{ type = "ENERGY", price = "0.60", vat = "20" }}]
        restrictions = {{ start_time = "{from}", end_time = "{to}" }}
        [[tariffs.elements]]
        price_components = [{{ type = "ENERGY", price = "1.20", vat = "20" }}]"#
    )
}

#[tokio::test]
async fn prices_by_the_time_of_day_go_by_the_time_at_the_site_of_the_terminals_record() {
    let mut world = World::new(Setup {
        places: 2,
        further_site: Some(SOHO),
        further_tariff: "pounds",
        tariffs: pounds_by_the_hour().leak(),
        ..Setup::default()
    })
    .await;
    // All terminals are on record, so that the configuration needs no site.
    world.stop_gateway();
    let site = EXAMPLE_CONFIG.find("[site]").unwrap();
    let end = EXAMPLE_CONFIG.find("[[tariffs]]").unwrap();
    world.configure(&EXAMPLE_CONFIG[site..end], "");
    world.restart_gateway().await;
    world.tap_at("P66-0002", "card-2").await;
    let receipt = world.receipts(1).await.remove(0);
    let energy = receipt["charging"]["energy_wh"].as_u64().unwrap();
    assert_eq!(receipt["captured"], price_in_pence(energy));
}

#[tokio::test]
async fn a_gateway_that_starts_again_with_other_prices_and_bounds_takes_them_from_the_next_driver_on()
 {
    let mut world = World::charging(Setup {
        policy: "minimum_capture = \"0.50\"",
        ..Setup::default()
    })
    .await;
    charging_for(&world, 1).await;
    world.stop_gateway();
    world.configure("per_kwh = \"0.49\"", "per_kwh = \"0.98\"");
    // The session would be worth nothing by that.
    world.configure("minimum_capture = \"0.50\"", "minimum_capture = \"45.00\"");
    world.restart_gateway().await;
    world.cable("unplug", 1).await;
    let receipt = world.receipts(1).await.remove(0);
    let energy = world.metered_energy().await;
    assert_eq!(
        json!([receipt["charging"]["energy_wh"], receipt["captured"]]),
        json!([energy, price(energy)])
    );
    // 0.98 with 25 % VAT.
    world.shows("1.225/kWh").await;
}

const TARIFF: &str = "/api/v1/tariffs/standard";

/// What a driver pays at 0.98 per kilowatt-hour, in cents: (kWh x 0.98 + 0.25) x 1.25, rounded half up.
fn new_price(energy: u64) -> u64 {
    (energy * 98 * 125 + 25 * 1_000 * 125 + 50_000) / 100_000
}

#[tokio::test]
async fn a_price_on_record_counts_for_the_next_driver_and_for_no_session_that_runs() {
    let world = World::charging(Setup::default()).await;
    charging_for(&world, 1).await;
    let prices =
        json!({"currency": "EUR", "per_kwh": "0.98", "per_session": "0.25", "vat_percent": "25"});
    let tariff = Some(json!({"prices": prices}));
    world.succeeds("PUT", TARIFF, tariff).await;
    world.cable("unplug", 1).await;
    world.receipts(1).await;
    world.shows("1.225/kWh").await;
    world.tap("card-2").await;
    charging_for(&world, 2).await;
    // The configured one counts again.
    let etag = world.call("GET", TARIFF, None).await.etag.unwrap();
    let headers = [("if-match", etag.as_str())];
    let removed = world.call_as(world.token(), "DELETE", TARIFF, None, &headers);
    assert_eq!(removed.await.status, 204);
    world.cable("unplug", 1).await;
    let receipts = world.receipts(2).await;
    let energy = |at: usize| receipts[at]["charging"]["energy_wh"].as_u64().unwrap();
    let captured = [0, 1].map(|at: usize| receipts[at]["captured"].as_u64().unwrap());
    assert_eq!(captured, [price(energy(0)), new_price(energy(1))]);
    assert_eq!(
        world.ledger().await["totals"]["captured"],
        captured[0] + captured[1]
    );
    world.shows("0.6125/kWh").await;
}

const ON_RECORD: &str = "/api/v1/terminals/P66-0002";

#[tokio::test]
async fn a_terminal_that_is_on_record_only_takes_cards_without_a_restart_and_so_does_what_changes_of_it()
 {
    let world = World::new(Setup {
        places: 2,
        further_site: Some(SOHO),
        further_on_record: true,
        ..Setup::default()
    })
    .await;
    world.tap_at("P66-0002", "card-1").await;
    let receipts = world.receipts(1).await;
    let energy = receipts[0]["charging"]["energy_wh"].as_u64().unwrap();
    let paid = json!([receipts[0]["currency"], receipts[0]["captured"]]);
    assert_eq!(paid, json!(["GBP", price_in_pence(energy)]));
    assert_eq!(receipts[0]["site"]["name"], SOHO.name);

    let known = world.call("GET", ON_RECORD, None).await;
    let mut details = known.json()["details"].clone();
    details["charging"]["languages"] = json!(["sv"]);
    let etag = known.etag.unwrap();
    let headers = [("if-match", etag.as_str())];
    let put = world.call_as(world.token(), "PUT", ON_RECORD, Some(details), &headers);
    assert_eq!(put.await.status, 200);
    world.shows_at("P66-0002", "Visa ditt kort").await;
}
