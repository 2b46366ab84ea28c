//! Payment providers' reports, and the limits on them.

use futures_util::StreamExt as _;

use crate::world::{
    API_KEY, CALLBACK_KEY, PASSWORD, Setup, TERMINAL, TOKEN_FILE, WEBHOOK_KEY, World,
};

const DISPUTED: &str = r#"{"type":"payment.disputed","data":{"payment":"p-1","reference":"s-1","amount":465,"currency":"EUR"}}"#;
/// `hmac.new(WEBHOOK_KEY, DISPUTED, "sha256").hexdigest()` by Python.
const DISPUTED_SIGNATURE: &str =
    "sha256=bb26d1f328923f8d61b3cd09532fd6274d25fbbe10fce3b7154bb7d179ea9557";
const CANARIES: &str = r#"{"type":"payment.captured","data":{"payment":"4111111111111111","reference":"4111 1111 1111 1111","change":";4111111111111111=30011010000000000000?"}}"#;
/// The same of `CANARIES`.
const CANARIES_SIGNATURE: &str =
    "sha256=08babf81e330e0cacf7e74e6701209ef8d105b3227a9536a3180d2248945b9ac";

/// Post to a path like a proxy for this source. Returns status and body of the answer.
async fn post(
    world: &World,
    path: &str,
    source: &str,
    signature: &str,
    body: &'static str,
) -> (u16, String) {
    let client = chargetap::client::client().unwrap();
    let request = client
        .post(world.url(path))
        .header("x-forwarded-for", format!("203.0.113.9, {source}"))
        .header("x-hub-signature-256", signature);
    let answer = request.body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn report(world: &World, signature: &str, body: &'static str) -> u16 {
    post(
        world,
        "/callbacks/acquirer",
        "198.51.100.1",
        signature,
        body,
    )
    .await
    .0
}

#[tokio::test]
async fn a_dispute_is_put_on_record_once_and_calls_a_person() {
    let mut world = World::new(Setup::default()).await;
    assert_eq!(report(&world, DISPUTED_SIGNATURE, DISPUTED).await, 200);
    world.stop_gateway();
    world.restart_gateway().await;
    assert_eq!(report(&world, DISPUTED_SIGNATURE, DISPUTED).await, 200);
    assert_eq!(world.payment_reports(), 1);
    let duplicates = "chargetap_callbacks_total{result=\"duplicate\"}";
    assert_eq!(world.metric(duplicates).await, 1);
    let calls = world.log().values("change");
    assert_eq!(calls, ["disputed"]);

    let alerts = world.call("GET", "/api/v1/alerts", None).await.json();
    let [alert] = alerts["items"].as_array().unwrap().as_slice() else {
        panic!("{alerts:#}")
    };
    assert_eq!(alert["kind"], "payment-disputed");
    assert_eq!(
        alert["payment"],
        serde_json::json!({"endpoint": "acquirer", "id": "p-1", "reference": "s-1"})
    );
    let due = world.call("GET", "/api/v1/due?what=payment", None).await;
    assert_eq!(
        due.json()["items"][0]["text"],
        "Payment p-1 at acquirer is disputed. See with the payment provider what became of this \
         payment."
    );
}

#[tokio::test]
async fn a_dispute_that_was_stored_when_the_gateway_died_calls_a_person_when_it_is_repeated() {
    let mut world = World::new(Setup::default()).await;
    assert_eq!(report(&world, DISPUTED_SIGNATURE, DISPUTED).await, 200);
    world.stop_gateway();
    world.remove_alerts();
    world.restart_gateway().await;
    assert_eq!(report(&world, DISPUTED_SIGNATURE, DISPUTED).await, 200);
    assert_eq!(world.payment_reports(), 1);
    let alerts = world.call("GET", "/api/v1/alerts", None).await.json();
    assert_eq!(alerts["items"].as_array().unwrap().len(), 1, "{alerts:#}");
}

#[tokio::test]
async fn a_delivery_is_recognised_for_35_days_and_then_forgotten() {
    let mut world = World::new(Setup::default()).await;
    assert_eq!(report(&world, DISPUTED_SIGNATURE, DISPUTED).await, 200);
    world.stop_gateway();
    world.age_reports(34);
    world.restart_gateway().await;
    assert_eq!(report(&world, DISPUTED_SIGNATURE, DISPUTED).await, 200);
    assert_eq!(world.payment_reports(), 1);
    world.stop_gateway();
    world.age_reports(1);
    world.restart_gateway().await;
    world
        .until("it is forgotten", async || world.known_reports() == 0)
        .await;
    assert_eq!(world.payment_reports(), 1, "what was reported is kept");
}

#[tokio::test]
async fn an_unsigned_report_is_refused_and_leaves_no_trace() {
    let world = World::new(Setup::default()).await;
    let forged = DISPUTED_SIGNATURE.replace("sha256=", "sha256=0");
    assert_eq!(report(&world, &forged, DISPUTED).await, 401);
    assert_eq!(report(&world, CANARIES_SIGNATURE, DISPUTED).await, 401);
    assert_eq!(world.payment_reports(), 0);
    let (status, _) = post(&world, "/callbacks/nobody", "198.51.100.1", "", "{}").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_source_that_calls_back_too_often_is_refused_and_others_are_not() {
    let world = World::new(Setup::default()).await;
    let mut looked_at = 0;
    // A slow machine takes some of them no faster than they are allowed.
    world
        .until("some are refused", async || {
            let statuses = statuses_of_many(&world, |_| "198.51.100.7".to_owned()).await;
            looked_at += statuses.iter().filter(|status| **status == 404).count();
            statuses.contains(&429)
        })
        .await;
    assert!(looked_at >= 200, "{looked_at}");
    assert_eq!(report(&world, DISPUTED_SIGNATURE, DISPUTED).await, 200);
}

/// How a thousand callbacks are answered that are not authentic, some of them at once. Each has a source by
/// `X-Forwarded-For`.
async fn statuses_of_many(world: &World, source: impl Fn(usize) -> String) -> Vec<u16> {
    let client = chargetap::client::client().unwrap();
    let attempts = (0..1_000).map(|number| {
        let request = client.post(world.url("/callbacks/payter/nothing"));
        let request = request.header("x-forwarded-for", source(number));
        async { request.body("{}").send().await.unwrap().status().as_u16() }
    });
    let answers = futures_util::stream::iter(attempts).buffer_unordered(50);
    answers.collect().await
}

/// Whether some of many callbacks are refused as too many, if each has a source of its own.
async fn refuses_some(world: &World) -> bool {
    let of_its_own = |number| format!("198.51.{}.{}", number / 250, number % 250);
    statuses_of_many(world, of_its_own).await.contains(&429)
}

#[tokio::test]
async fn only_a_trusted_proxy_says_where_callbacks_come_from() {
    let mut world = World::new(Setup::default()).await;
    assert!(!refuses_some(&world).await);
    world.stop_gateway();
    world.configure("trusted_proxies = [\"127.0.0.1\"]", "");
    world.restart_gateway().await;
    world
        .until("some are refused", async || refuses_some(&world).await)
        .await;
    let told = |line: &String| line.contains("server.trusted_proxies");
    assert_eq!(world.log().lines().iter().filter(|it| told(it)).count(), 1);
}

#[tokio::test]
async fn forged_callbacks_of_a_terminal_have_it_polled_only_now_and_then() {
    let world = World::new(Setup::default()).await;
    let forged = format!(
        "/callbacks/payter/{TERMINAL}~READ1~9000000000000~{}",
        "A".repeat(43)
    );
    for _ in 0..10 {
        assert_eq!(post(&world, &forged, "198.51.100.1", "", "{}").await.0, 401);
    }
    let unknown = forged.replace(TERMINAL, "P66-9999");
    assert_eq!(
        post(&world, &unknown, "198.51.100.1", "", "{}").await.0,
        401
    );
    let events = world.log().values("event");
    let looks = events.iter().filter(|event| *event == "read-back");
    assert_eq!(looks.count(), 2);
    assert_eq!(world.stored_events(), 0);
}

#[tokio::test]
async fn nothing_of_cards_and_keys_is_logged_stored_counted_or_answered() {
    let world = World::new(Setup::default()).await;
    assert_eq!(report(&world, CANARIES_SIGNATURE, CANARIES).await, 200);
    let planted = post(
        &world,
        "/callbacks/4111111111111111",
        "4111111111111111",
        "sha256=4111111111111111",
        CANARIES,
    )
    .await;
    assert_eq!(planted.0, 404);
    let refused = post(
        &world,
        "/callbacks/acquirer",
        "a",
        "4111111111111111",
        CANARIES,
    )
    .await;
    assert_eq!(refused.0, 401);
    world.tap("4111111111111111").await;
    let receipts = world.receipts(1).await;
    let mut outputs = world.log().lines().join("\n");
    outputs.push_str(&world.metrics().await);
    outputs.push_str(&planted.1);
    outputs.push_str(&refused.1);
    outputs.push_str(&format!("{receipts:?}"));
    for file in std::fs::read_dir(world.folder()).unwrap() {
        let path = file.unwrap().path();
        // The file with the operator's token is the one place for it.
        if path.to_string_lossy().contains("chargetap.db") && !path.ends_with(TOKEN_FILE) {
            outputs.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
        }
    }
    assert!(
        outputs.contains("captured"),
        "there is something to look at"
    );
    for canary in [
        "4111111111111111",
        "4111 1111 1111 1111",
        "30011010000000000000",
        API_KEY,
        CALLBACK_KEY,
        PASSWORD,
        WEBHOOK_KEY,
        world.token(),
    ] {
        assert!(!outputs.contains(canary), "{canary}");
    }
}
