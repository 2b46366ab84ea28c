//! What stations are told of tariffs.

use chargetap_simulators::station::Version;
use serde_json::{Value, json};

use super::{Station, token};
use crate::central_system::{CentralSystem, usual};
use crate::raw_station::{RawStation, alerts};
use crate::terminals::PLUG_IN;
use crate::world::{STATION, Setup, World};

/// The last of the settings that every station of 2.x is asked for.
const LAST_SETTING: &str = "SignStartedReadings";
/// The variables by which a station of 2.1 says that it shows tariffs are of this component.
const OF_TARIFFS: &str = "TariffCostCtrlr";

/// The tariff of the configuration, without id and words.
fn standard() -> Value {
    let vat = json!([{"type": "VAT", "tax": 25}]);
    json!({
        "currency": "EUR",
        "energy": {"prices": [{"priceKwh": 0.49}], "taxRates": vat},
        "fixedFee": {"prices": [{"priceFixed": 0.25}], "taxRates": vat},
    })
}

/// A station of 2.1 that shows tariffs and has no other variable.
struct Display<'a>(Station<'a>);

impl<'a> Display<'a> {
    async fn new(world: &'a World) -> Self {
        Self(Station::boot_speaking(world, "ocpp2.1").await)
    }

    /// What it is told next of a tariff.
    async fn told(&mut self) -> Value {
        let raw = &mut self.0.raw;
        loop {
            let call = raw.receive().await;
            match call[2].as_str() {
                Some("SetDefaultTariff" | "ClearTariffs") => return call,
                Some("GetVariables") => answer(raw, &call, variable(&call)).await,
                _ => raw.accept(&call).await,
            }
        }
    }

    async fn answer(&mut self, call: &Value, payload: Value) {
        answer(&mut self.0.raw, call, payload).await;
    }
}

async fn answer(raw: &mut RawStation<'_>, call: &Value, payload: Value) {
    raw.send(json!([3, call[1], payload]).to_string()).await;
}

fn variable(question: &Value) -> Value {
    let [asked] = question[3]["getVariableData"]
        .as_array()
        .unwrap()
        .as_slice()
    else {
        panic!("a station may take one variable at once: {question}");
    };
    let mut result = asked.clone();
    let is_known = asked["component"]["name"] == OF_TARIFFS;
    result["attributeStatus"] = json!(if is_known {
        "Accepted"
    } else {
        "UnknownVariable"
    });
    if is_known {
        assert_eq!(asked["variable"]["instance"], "Tariff");
        result["attributeValue"] = json!("true");
    }
    json!({"getVariableResult": [result]})
}

async fn shown(world: &World) -> Value {
    let path = format!("/api/v1/stations/{STATION}");
    world.call("GET", &path, None).await.json()
}

async fn world(setup: Setup) -> World {
    World::new(Setup {
        simulated_station: false,
        ..setup
    })
    .await
}

#[tokio::test]
async fn a_station_of_2_1_is_told_the_tariff_of_each_evse_and_what_it_refuses_is_shown() {
    let world = world(Setup {
        terminal: PLUG_IN,
        ..Setup::default()
    })
    .await;
    let mut station = Display::new(&world).await;
    let first = station.told().await;
    assert_eq!(
        (&first[2], &first[3]["evseId"]),
        (&json!("SetDefaultTariff"), &json!(1))
    );
    let mut told = first[3]["tariff"].clone();
    let id = told.as_object_mut().unwrap().remove("tariffId").unwrap();
    assert!((1..=60).contains(&id.as_str().unwrap().len()), "{id}");
    let described = told.as_object_mut().unwrap().remove("description").unwrap();
    assert_eq!(described[0]["format"], "UTF8");
    assert_eq!(described[0]["language"], "en");
    let words = described[0]["content"].as_str().unwrap();
    // 0.49 with 25 % VAT.
    assert!(words.starts_with("€0.6125/kWh"), "{words}");
    assert_eq!(told, standard());
    // It has it already, from before the gateway asked.
    station
        .answer(&first, json!({"status": "DuplicateTariffId"}))
        .await;

    let second = station.told().await;
    assert_eq!(
        (&second[2], &second[3]["evseId"]),
        (&json!("SetDefaultTariff"), &json!(2))
    );
    assert_ne!(second[3]["tariff"]["tariffId"], id);
    station
        .answer(&second, json!({"status": "ConditionNotSupported"}))
        .await;
    // An earlier one is not to be shown in its place.
    let cleared = station.told().await;
    assert_eq!(
        (&cleared[2], &cleared[3]),
        (&json!("ClearTariffs"), &json!({"evseId": 2}))
    );
    station
        .answer(
            &cleared,
            json!({"clearTariffsResult": [{"status": "NoTariff"}]}),
        )
        .await;
    let refused = json!([{"evse": 2,
        "reason": "it does not know a condition under which a price applies"}]);
    assert_eq!(shown(&world).await["refused_tariffs"], refused);
}

#[tokio::test]
async fn a_tariff_that_ocpp_cannot_say_is_not_told_and_the_log_says_why() {
    let world = world(Setup {
        tariffs: r#"[[tariffs]]
        id = "journey"
        currency = "EUR"
        elements = [{ price_components = [{ type = "ENERGY", price = "0.49", vat = "25", step_size = 1000 }] }]
        [[terminals]]
        serial = "P66-SECOND"
        model = "p66"
        tariff = "journey"
        start = "plug-in"
        hold = "50.00"
        evses = [{ station = "CT-1", connector = 1 }, { station = "CT-1", connector = 2 }]"#,
        ..Setup::default()
    })
    .await;
    let mut station = Display::new(&world).await;
    for evse in [1, 2] {
        let cleared = station.told().await;
        assert_eq!(
            (&cleared[2], &cleared[3]),
            (&json!("ClearTariffs"), &json!({"evseId": evse}))
        );
        let result = json!({"clearTariffsResult": [{"status": "NoTariff"}]});
        station.answer(&cleared, result).await;
    }
    assert_eq!(shown(&world).await["refused_tariffs"], json!([]));
    let reasons = world.log().values("reason");
    for expected in [
        "several terminals with different tariffs serve the EVSE",
        "OCPP has no step size",
    ] {
        let count = reasons.iter().filter(|it| *it == expected).count();
        assert_eq!(count, 1, "{expected}: {reasons:?}");
    }
}

#[tokio::test]
async fn what_a_station_computes_by_its_tariff_counts_for_nothing() {
    let world = world(Setup::default()).await;
    let mut station = Display::new(&world).await;
    let tariff = station.told().await;
    station.answer(&tariff, json!({"status": "Accepted"})).await;
    let mut station = station.0;
    world.tap("card-1").await;
    let start = station.remote_start().await;
    let mut begun = token(&start);
    begun["transactionInfo"] = json!({"tariffId": tariff[3]["tariff"]["tariffId"]});
    station.tell("Started", "RemoteStart", 1_000, begun).await;
    let price = json!({"exclTax": 99, "inclTax": 123.75});
    let computed = json!({"costDetails": {
        "totalCost": {"currency": "EUR", "typeOfCost": "NormalCost", "total": price},
        "totalUsage": {"energy": 200, "chargingTime": 60, "idleTime": 0},
    }});
    let answer = station.tell("Ended", "EVDeparted", 9_000, computed).await;
    // 8 kWh x 0.49 + 0.25, with 25 % VAT: 5.2125.
    assert_eq!(answer["totalCost"], 5.21);
    assert_eq!(world.closed_sessions(1).await[0]["captured"], 521);
    assert_eq!(alerts(&world).await, [""; 0]);
    let metrics = world.metrics().await;
    assert!(
        !metrics.contains("chargetap_station_oddities_total{"),
        "{metrics}"
    );
}

#[tokio::test]
async fn the_simulated_station_shows_the_tariff_of_its_evse_and_another_once_it_is_put_on_record() {
    let world = World::new(Setup {
        ocpp: Version::V2_1,
        ..Setup::default()
    })
    .await;
    let tariff = async || world.station().await["connectors"][0]["tariff"].clone();
    world
        .until("the tariff is shown", async || !tariff().await.is_null())
        .await;
    assert_eq!(tariff().await["energy"], standard()["energy"]);
    // Nobody can pay at the other one.
    assert_eq!(world.station().await["connectors"][1].get("tariff"), None);

    let prices = json!({"currency": "EUR", "per_kwh": "0.98", "vat_percent": "25"});
    let put = Some(json!({"prices": prices}));
    let answer = world.call("PUT", "/api/v1/tariffs/standard", put).await;
    assert_eq!(answer.status, 201);
    let price = async || tariff().await["energy"]["prices"][0]["priceKwh"].clone();
    world
        .until("the new price is shown", async || price().await == 0.98)
        .await;
    assert_eq!(tariff().await.get("fixedFee"), None);
}

/// What the simulated station was asked and told, once it was asked for its settings and for something after that.
async fn messages_after_settings(world: &World) -> String {
    let messages = async || shown(world).await["messages"].to_string();
    world
        .until("the settings are asked for", async || {
            messages().await.contains(LAST_SETTING)
        })
        .await;
    let path = format!("/api/v1/stations/{STATION}/trigger");
    let status = json!({"message": "status", "connector": 1});
    let answer = world.call("POST", &path, Some(status)).await;
    assert_eq!(answer.json()["answer"], "accepted");
    messages().await
}

#[tokio::test]
async fn a_station_of_2_0_1_is_told_no_tariff() {
    let world = World::new(Setup {
        ocpp: Version::V2_0_1,
        ..Setup::default()
    })
    .await;
    let messages = messages_after_settings(&world).await;
    assert!(!messages.contains("Tariff"), "{messages}");
}

#[tokio::test]
async fn a_station_below_a_central_system_is_told_no_tariff_by_the_gateway() {
    let cms = CentralSystem::new(usual("Accepted")).await;
    let world = World::new(Setup {
        ocpp: Version::V2_1,
        upstream: cms.upstream(),
        ..Setup::default()
    })
    .await;
    let messages = messages_after_settings(&world).await;
    assert!(!messages.contains("Tariff"), "{messages}");
}
