//! From an order to an activated terminal.

use chargetap_fleet::processor::Processor;
use chargetap_fleet::terminal::Origin;
use serde_json::{Value, json};

use super::{codes, empty, terminal};
use crate::world::{Setup, TERMINAL, World, now};

const ORDER: &str = "/api/v1/orders/SO-7";

/// Put a customer, a site, a station and an order of this kind on record.
async fn ordered(world: &World, origin: &str, processor: &str) {
    let contact = json!({"name": "Astrid Lund", "email": "astrid@parkeringshuset.example"});
    let customer = json!({"name": "Parkeringshuset AB", "contact": contact});
    world
        .succeeds("PUT", "/api/v1/customers/p-hus", Some(customer))
        .await;
    let site = json!({
        "customer": "p-hus", "name": "Stora Torget",
        "address": "Torget 2, 111 23 Stockholm, Sweden", "time_zone": "Europe/Stockholm",
    });
    world
        .succeeds("PUT", "/api/v1/sites/torget", Some(site))
        .await;
    let station = json!({"site": "torget", "evses": [{"connector": 1}, {"connector": 2}]});
    world
        .succeeds("PUT", "/api/v1/stations/CT-1", Some(station))
        .await;
    let order = json!({
        "customer": "p-hus", "origin": origin, "processor": processor,
        "activations": 1, "software_years": 1,
    });
    world.succeeds("PUT", ORDER, Some(order)).await;
}

async fn registered(world: &World, domain: &str) {
    let details = json!({"model": "apollo", "order": "SO-7", "site": "torget",
        "connectors": [], "users": []});
    let body = json!({"serial": TERMINAL, "domain": domain, "details": details});
    world
        .succeeds("POST", &format!("{ORDER}/terminals"), Some(body))
        .await;
}

fn owed(ticket: &Value) -> Vec<(String, String)> {
    let missing = ticket["terminals"][0]["missing"].as_array().unwrap();
    let pair = |reason: &Value| {
        let text = |field: &str| reason[field].as_str().unwrap_or("nobody").to_owned();
        (text("code"), text("owed_by"))
    };
    missing.iter().map(pair).collect()
}

// O1, T1, T3, T9, L1, L2
#[tokio::test]
async fn a_ticket_says_everything_that_is_missing_and_who_owes_it_and_so_does_a_refusal() {
    let world = empty(Setup::default()).await;
    ordered(&world, "customer-owned", "customer").await;
    registered(&world, "none").await;
    let ticket = world
        .succeeds("GET", &format!("{ORDER}/ticket"), None)
        .await;
    let owed = owed(&ticket);
    let by = |code: &str| {
        let found = owed.iter().find(|(it, _)| it == code);
        found
            .unwrap_or_else(|| panic!("{code} in {owed:?}"))
            .1
            .clone()
    };
    for code in [
        "station-unknown",
        "sim-unknown",
        "no-users",
        "no-vendor-contract",
        "no-vendor-domain",
        "no-merchant",
        "domain-missing",
        "routing-not-asked",
        "no-activation-licence",
        "no-software-licence",
        "terms-not-accepted",
        "no-self-assessment",
        "check-casing",
        "check-sticker",
        "check-power",
        "check-logo",
        "check-internet",
        "check-management",
        "check-configured",
    ] {
        assert_eq!(by(code), "customer", "{code}");
    }
    assert_eq!(
        by("no-issuer"),
        "platform",
        "the gateway issues for the platform only"
    );

    let refused = world.call("POST", &terminal("/ready"), None).await;
    assert_eq!(refused.status, 409);
    let reasons = codes(&refused);
    let missing = owed.iter().map(|(code, _)| code);
    let left_out: Vec<_> = missing
        .filter(|code| *code != "not-seen-online" && !reasons.contains(code))
        .collect();
    assert!(left_out.is_empty(), "{left_out:?} not in {reasons:?}");

    world
        .succeeds("POST", &terminal("/routing/asked"), None)
        .await;
    let ticket = world
        .succeeds("GET", &format!("{ORDER}/ticket"), None)
        .await;
    let vendors: Vec<_> = self::owed(&ticket)
        .into_iter()
        .filter(|(_, by)| by == "vendor")
        .collect();
    assert_eq!(vendors, [("routing-not-confirmed".into(), "vendor".into())]);
}

// H2, T1
#[tokio::test]
async fn where_a_terminal_comes_from_decides_its_checks_and_who_supports_it() {
    for (origin, domain, support, own, other) in [
        (
            "factory-fitted",
            "platform",
            "platform",
            "check-inventory",
            "check-management",
        ),
        (
            "customer-owned",
            "other",
            "distributor",
            "check-management",
            "check-inventory",
        ),
    ] {
        let world = empty(Setup::default()).await;
        ordered(&world, origin, "platform").await;
        registered(&world, domain).await;
        let ticket = world
            .succeeds("GET", &format!("{ORDER}/ticket"), None)
            .await;
        let codes: Vec<_> = owed(&ticket).into_iter().map(|(code, _)| code).collect();
        assert!(codes.iter().any(|code| code == own), "{origin}: {codes:?}");
        assert!(
            !codes.iter().any(|code| code == other),
            "{origin}: {codes:?}"
        );
        let shown = world.succeeds("GET", &terminal(""), None).await;
        assert_eq!(shown["parts"]["supports_terminal"], support, "{origin}");
    }
}

// O1, H1 to H4, P1 to P3
#[tokio::test]
async fn over_both_origins_and_both_processors_an_order_ends_in_a_paid_session() {
    for origin in [Origin::FactoryFitted, Origin::CustomerOwned] {
        for processor in [Processor::Platform, Processor::Customer] {
            let world = World::new(Setup {
                unplug_after: Some(1_000),
                origin,
                processor,
                ..Setup::default()
            })
            .await;
            world.charge_and_pay().await;
            let receipt = &world.receipts(1).await[0];
            let issuer = match processor {
                Processor::Platform => "Laddbolaget AB",
                Processor::Customer => "Garage AB",
            };
            assert_eq!(
                receipt["issuer"]["name"], issuer,
                "{origin:?} {processor:?}"
            );
            let ticket = format!("/api/v1/orders/SO-{TERMINAL}/ticket");
            let ticket = world.succeeds("GET", &ticket, None).await;
            assert_eq!(ticket["is_complete"], true, "{ticket:#}");
        }
    }
}

// O1
#[tokio::test]
async fn a_file_of_terminals_is_imported_whole_or_refused_line_by_line() {
    let world = empty(Setup::default()).await;
    ordered(&world, "factory-fitted", "platform").await;
    let send = async |text: &str| {
        let headers = [("content-type", "text/csv")];
        let (token, path) = (world.token(), format!("{ORDER}/import"));
        let body = text.as_bytes().to_vec();
        world.send_as(token, "POST", &path, body, &headers).await
    };
    let header = "serial,model,site,station,connectors,sim,firmware,users,domain\n";
    let places = async |rows: &str| {
        let refused = send(&format!("{header}{rows}")).await;
        assert_eq!(refused.status, 422, "{rows}");
        let problem = refused.json();
        let reasons = problem["reasons"].as_array().unwrap().iter();
        let place = |reason: &Value| reason["at"].as_str().unwrap().to_owned();
        reasons.map(place).collect::<Vec<_>>()
    };
    // First lines that are invalid by themselves, then lines that contradict each other.
    let malformed = "A-1,p66,torget,CT-1,1,none,,,platform\n\
         A-3,p99,torget,CT-1,2,none,,,platform\n\
         =HYPERLINK(\"x\"),p66,torget,,,none,,,platform\n";
    assert_eq!(places(malformed).await, ["line 3, model", "line 4, serial"]);
    let twice = "A-1,p66,torget,CT-1,1,none,,,platform\n\
         A-1,p66,torget,CT-1,2,none,,,platform\n";
    assert_eq!(places(twice).await, ["line 3, serial"]);
    assert!(
        world.items("/api/v1/terminals").await.is_empty(),
        "nothing is half imported"
    );
    let good = format!(
        "{header}A-1,p66,torget,CT-1,1,none,,,platform\nA-2,p68,torget,CT-1,2,none,,,platform\n"
    );
    let taken = send(&good).await;
    assert_eq!(taken.json()["terminals"], 2, "{taken:?}");
    assert_eq!(world.items("/api/v1/terminals").await.len(), 2);
}

// O1, P2, P3
#[tokio::test]
async fn the_notices_to_the_vendor_are_written_out() {
    let world = empty(Setup::default()).await;
    ordered(&world, "customer-owned", "platform").await;
    registered(&world, "other").await;
    let notices = world.items(&format!("{ORDER}/notices")).await;
    let text = notices.iter().map(ToString::to_string).collect::<String>();
    assert!(
        text.contains(TERMINAL) && text.contains("TT number"),
        "{text}"
    );
}

#[tokio::test]
async fn a_repeated_call_acts_once() {
    let world = empty(Setup::default()).await;
    ordered(&world, "factory-fitted", "platform").await;
    registered(&world, "platform").await;
    let body = json!({
        "kind": "damage", "terminal": TERMINAL, "discovered": now(),
        "description": "The casing is cracked.", "done": "", "planned": "", "contact": null,
    });
    let key = [("idempotency-key", "once")];
    let path = "/api/v1/incidents";
    let (token, body) = (world.token(), Some(body));
    let first = world.call_as(token, "POST", path, body.clone(), &key).await;
    let again = world.call_as(token, "POST", path, body, &key).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.bytes, again.bytes);
    assert_eq!(world.items(path).await.len(), 1);
    let other = world
        .call_as(token, "POST", path, Some(json!({})), &key)
        .await;
    assert_eq!(other.status, 422, "the key came with something else before");
}

#[tokio::test]
async fn a_gateway_that_dies_during_an_import_has_imported_all_or_nothing() {
    let mut world = empty(Setup::default()).await;
    ordered(&world, "factory-fitted", "platform").await;
    let path = format!("{ORDER}/import");
    let (mut whole, mut died) = (0, 0);
    for at in 1..=6 {
        let rows = (1..=3).map(|row| format!("A{at}-{row},p66,torget,platform\n"));
        let file = format!("serial,model,site,domain\n{}", rows.collect::<String>());
        let file = file.into_bytes();
        let key = format!("import-{at}");
        let headers = [("content-type", "text/csv"), ("idempotency-key", &*key)];
        world.stop_gateway();
        world.restart_gateway_to_crash(at).await;
        let answered = world.try_send("POST", &path, file.clone(), &headers).await;
        died += u32::from(answered.is_none());

        world.stop_gateway();
        world.restart_gateway().await;
        let count = world.items("/api/v1/terminals").await.len();
        assert!([whole, whole + 3].contains(&count), "{count} after {whole}");
        let again = world
            .send_as(world.token(), "POST", &path, file, &headers)
            .await;
        assert_eq!(again.json()["terminals"], 3, "{again:?}");
        whole += 3;
        assert_eq!(world.items("/api/v1/terminals").await.len(), whole);
    }
    assert!(died > 0, "no crash point was met");
}
