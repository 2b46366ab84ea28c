//! Receipts: their numbers, how they are found, and the invoices and refunds for them.

use chargetap_fleet::processor::Processor;
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::world::{Setup, TERMINAL, World, price};

const BUYER: [(&str, &str); 3] = [
    ("name", "Beispiel GmbH"),
    ("address", "Hauptstr. 1, 10115 Berlin"),
    ("vat-number", "DE136695976"),
];

/// A world in which one driver charged.
async fn charged(setup: Setup) -> World {
    let world = World::new(setup).await;
    world.tap("card-1").await;
    world.closed_sessions(1).await;
    world
}

fn location(answer: &(u16, reqwest::header::HeaderMap, Vec<u8>)) -> String {
    assert_eq!(answer.0, 303, "{}", String::from_utf8_lossy(&answer.2));
    answer.1["location"].to_str().unwrap().to_owned()
}

fn euros(cents: &Value) -> String {
    let cents = cents.as_u64().unwrap();
    format!("{},{:02} €", cents / 100, cents % 100)
}

/// The day of an RFC 3339 time.
fn day(time: &Value) -> &str {
    &time.as_str().unwrap()[..10]
}

#[tokio::test]
async fn receipts_over_money_and_no_others_are_numbered_without_gaps() {
    let world = World::new(Setup {
        payter_faults: vec!["authorize=decline"],
        ..Setup::default()
    })
    .await;
    world.tap("card-1").await;
    world.receipts(1).await;
    world.tap("card-2").await;
    world.closed_sessions(1).await;
    let session = world.receipts(2).await[1]["session"].clone();
    let refund = json!({"reference": "r-1", "amount": 100});
    let session = session.as_str().unwrap();
    let operated = world.operate(session, "refunds", Some(refund));
    assert_eq!(operated.await, 200);
    world.receipts(3).await;
    world.tap("card-3").await;
    world.closed_sessions(2).await;

    let receipts = world.receipts(4).await;
    let numbers: Vec<_> = receipts
        .iter()
        .map(|it| json!([it["kind"], it["number"]]))
        .collect();
    assert_eq!(
        json!(numbers),
        json!([
            ["nothing_taken", null],
            ["charge", "L-1"],
            ["refund", "L-2"],
            ["charge", "L-3"]
        ])
    );
}

// Computed by hand: 1.00 includes 0.20 VAT at 25 %, a cent more or less for rounding.
#[tokio::test]
async fn a_refund_refers_to_the_receipt_and_shows_its_vat() {
    let world = charged(Setup::default()).await;
    let receipt = world.receipts(1).await.remove(0);
    let refund = json!({"reference": "r-1", "amount": 100});
    let session = receipt["session"].as_str().unwrap();
    let operated = world.operate(session, "refunds", Some(refund));
    assert_eq!(operated.await, 200);
    let issued = world.receipts(2).await.remove(1);
    assert_eq!(issued["original"]["id"], receipt["id"]);
    assert_eq!(issued["original"]["number"], receipt["number"]);
    let [vat] = issued["refund"]["amount_vat"]
        .as_array()
        .unwrap()
        .as_slice()
    else {
        panic!("{issued:#}")
    };
    assert_eq!(vat["gross"], 100);
    assert!((19..=21).contains(&vat["vat"].as_u64().unwrap()), "{vat}");
}

#[tokio::test]
async fn a_lost_receipt_is_found_by_its_code_or_by_what_the_driver_knows() {
    let world = charged(Setup::default()).await;
    let receipt = world.receipts(1).await.remove(0);
    let address = receipt["link"].as_str().unwrap().to_owned();
    let code = receipt["code"].as_str().unwrap().to_lowercase();
    let find = world.url("/receipts");

    let page = world.get(&find, "text/html").await;
    assert_eq!(page.0, 200);
    assert!(String::from_utf8(page.2).unwrap().contains("name=\"code\""));

    let typed = format!("{}-{}", &code[..4], &code[4..]);
    assert_eq!(
        location(&world.submit(&find, &[("code", &typed)]).await),
        address
    );

    let amount = euros(&receipt["captured"]);
    let known = [
        ("terminal", TERMINAL),
        ("date", day(&receipt["issued_at"])),
        ("amount", &amount),
        ("last-four", "1234"),
    ];
    assert_eq!(location(&world.submit(&find, &known).await), address);

    for at in 0..known.len() {
        let mut wrong = known;
        wrong[at].1 = ["P66-0002", "2020-01-01", "0,01", "4321"][at];
        let answer = world.submit(&find, &wrong).await;
        assert_eq!(answer.0, 404, "{wrong:?}");
        assert!(!String::from_utf8(answer.2).unwrap().contains(&address));
    }
}

#[tokio::test]
async fn guessing_codes_is_slowed_down() {
    let world = World::new(Setup::default()).await;
    let find = world.url("/receipts");
    let mut answers = Vec::new();
    for guess in 0..12 {
        let code = format!("{guess:08}");
        let (status, headers, _) = world.submit(&find, &[("code", &code)]).await;
        answers.push((status, headers.contains_key("retry-after")));
    }
    assert_eq!(answers[..10], [(404, false); 10]);
    assert_eq!(answers[11], (429, true));
}

#[tokio::test]
async fn a_burst_of_pages_is_told_when_to_come_back_and_others_see_their_receipt() {
    let world = charged(Setup::default()).await;
    let receipt = world.receipts(1).await.remove(0);
    let link = world.url(&format!("/receipts/{}", receipt["id"].as_str().unwrap()));
    let of = |source: &'static str, address: String| {
        let client = chargetap::client::client().unwrap();
        client.get(address).header("x-forwarded-for", source).send()
    };
    let pages = ["", "?format=pdf", "/invoice"].map(|page| format!("{link}{page}"));
    let burst = (0..150).map(|number| of("198.51.100.7", pages[number % 3].clone()));
    // So few at once that all that may be seen are rendered.
    let burst = futures_util::stream::iter(burst).buffer_unordered(8);
    let answers: Vec<_> = burst.collect().await;
    let (seen, refused): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .map(Result::unwrap)
        .partition(|answer| answer.status() == 200);
    assert!(seen.len() >= 60, "{}", seen.len());
    assert!(!refused.is_empty());
    for answer in refused {
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers()["retry-after"], "10");
    }
    assert_eq!(of("198.51.100.8", link).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_driver_with_the_link_gets_one_invoice_in_a_buyers_name() {
    let world = charged(Setup::default()).await;
    let receipt = world.receipts(1).await.remove(0);
    let form = world.url(&format!(
        "/receipts/{}/invoice",
        receipt["id"].as_str().unwrap()
    ));
    assert_eq!(world.get(&form, "text/html").await.0, 200);

    let buyer = |number| {
        [
            ("name", "Beispiel <GmbH>"),
            ("address", "Hauptstr. 1, 10115 Berlin"),
            ("vat-number", number),
        ]
    };
    // The check digit is wrong.
    assert_eq!(world.submit(&form, &buyer("DE136695977")).await.0, 422);
    assert_eq!(world.receipts(1).await.len(), 1);

    location(&world.submit(&form, &buyer("DE136695976")).await);
    let invoice = world.receipts(2).await.remove(1);
    assert_eq!(
        json!([invoice["kind"], invoice["number"], invoice["captured"]]),
        json!(["invoice", "L-2", receipt["captured"]])
    );
    assert_eq!(invoice["buyer"]["name"], "Beispiel <GmbH>");
    assert_eq!(invoice["original"]["number"], "L-1");

    // A second request leads to the same invoice, whoever the buyer is.
    let address = invoice["link"].as_str().unwrap().to_owned();
    assert_eq!(location(&world.get(&form, "text/html").await), address);
    let again = world.submit(&form, &buyer("FR40303265045")).await;
    assert_eq!(location(&again), address);
    assert_eq!(world.receipts(2).await.len(), 2);
}

#[tokio::test]
async fn after_a_refund_there_is_no_invoice_any_more() {
    let world = charged(Setup::default()).await;
    let receipt = world.receipts(1).await.remove(0);
    let refund = json!({"reference": "r-1", "amount": 1});
    let session = receipt["session"].as_str().unwrap();
    let operated = world.operate(session, "refunds", Some(refund));
    assert_eq!(operated.await, 200);
    let form = world.url(&format!(
        "/receipts/{}/invoice",
        receipt["id"].as_str().unwrap()
    ));
    assert_eq!(world.submit(&form, &BUYER).await.0, 409);

    // The receipt says so, and has no form for one.
    let link = receipt["link"].as_str().unwrap();
    let (_, _, page) = world.get(link, "text/html").await;
    let page = String::from_utf8(page).unwrap();
    assert!(!page.contains("/invoice"), "{page}");
    let (_, _, lines) = world.get(link, "text/plain").await;
    let lines = String::from_utf8(lines).unwrap();
    let refunded = lines
        .lines()
        .find(|line| line.contains("Refunded in total"));
    assert!(
        refunded.is_some_and(|line| line.contains("0.01")),
        "{lines}"
    );
}

#[tokio::test]
async fn a_receipt_is_served_in_every_format_and_in_the_readers_language() {
    let world = charged(Setup::default()).await;
    let receipt = world.receipts(1).await.remove(0);
    let link = world.url(&format!("/receipts/{}", receipt["id"].as_str().unwrap()));
    assert_eq!(receipt["link"], link);
    for (accept, media_type) in [
        ("text/html", "text/html; charset=utf-8"),
        ("application/pdf", "application/pdf"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("application/json", "application/json"),
        ("image/svg+xml", "image/svg+xml"),
        ("image/png", "image/png"),
    ] {
        let (status, headers, body) = world.get(&link, accept).await;
        assert_eq!(
            (status, headers["content-type"].to_str().unwrap()),
            (200, media_type)
        );
        assert!(!body.is_empty());
    }
    let (_, headers, pdf) = world.get(&format!("{link}?format=pdf"), "*/*").await;
    assert!(pdf.starts_with(b"%PDF-"));
    assert!(
        headers["content-disposition"]
            .to_str()
            .unwrap()
            .ends_with(".pdf\"")
    );

    let (_, _, swedish) = world
        .get(&format!("{link}?format=text&lang=sv"), "*/*")
        .await;
    assert!(String::from_utf8(swedish).unwrap().starts_with("Kvitto\n"));
    let (_, _, narrow) = world
        .get(&format!("{link}?format=text&columns=24"), "*/*")
        .await;
    let narrow = String::from_utf8(narrow).unwrap();
    assert!(
        narrow.lines().all(|line| line.chars().count() <= 24),
        "{narrow}"
    );

    // This station's meter signed nothing.
    assert_eq!(
        world.get(&format!("{link}?format=ocmf"), "*/*").await.0,
        404
    );
    assert_eq!(
        world.get(&format!("{link}?format=docx"), "*/*").await.0,
        406
    );
}

#[tokio::test]
async fn the_terminal_shows_the_code_of_the_receipt() {
    let world = World::new(Setup::default()).await;
    world.tap("card-1").await;
    let mut shown = String::new();
    world
        .until("the code is shown", async || {
            shown = world.screen().await.0;
            shown.contains("Receipt: ")
        })
        .await;
    let receipt = world.receipts(1).await.remove(0);
    let (first, second) = receipt["code"].as_str().unwrap().split_at(4);
    let address = world.url("/receipts").replace("http://", "");
    let told = format!(" Receipt: {address}, code {first}-{second}.");
    assert!(
        shown.starts_with("Paid: €") && shown.ends_with(&told),
        "{shown}"
    );
}

#[tokio::test]
async fn a_terminal_with_a_screen_shows_the_link_as_a_qr_code() {
    let world = World::new(Setup {
        provider: r#"qr_screen = { type = "info", property = "qr" }"#,
        ..Setup::default()
    })
    .await;
    world.tap("card-1").await;
    let mut code = None;
    world
        .until("the QR code is shown", async || {
            code = world.qr_code().await;
            code.is_some()
        })
        .await;
    let receipt = world.receipts(1).await.remove(0);
    assert_eq!(code.as_deref(), receipt["link"].as_str());
}

#[tokio::test]
async fn the_customers_receipts_have_the_customers_name_and_numbers() {
    let world = charged(Setup {
        processor: Processor::Customer,
        ..Setup::default()
    })
    .await;
    let receipt = world.receipts(1).await.remove(0);
    assert_eq!(receipt["issuer"]["name"], "Garage AB");
    assert_eq!(receipt["number"], "G-1");
}

// The figures are those of a receipt of version 0.1: 7.420 kWh at 0.49 and 0.25, with 25 % VAT.
#[tokio::test]
async fn receipts_of_an_earlier_version_are_served_and_issued() {
    let summary = |session: &str| {
        json!({
            "session": session, "terminal": TERMINAL, "evse": "CT-1/1",
            "card": {"scheme": "Visa", "last_four": 1234, "reference": {"high": 1, "low": 2}},
            "tapped_at": 1_749_988_841_000_u64, "settled_at": 1_749_992_649_000_u64,
            "currency": "EUR",
            "charging": {
                "started_at": 1_749_988_923_000_u64, "ended_at": 1_749_992_646_500_u64,
                "energy": 7_420,
                "cost": {
                    "net": 389, "vat": 97, "gross": 486, "tax_included": false,
                    "lines": [
                        {"dimension": "Energy", "quantity": 7_420, "unit_price": 49_000,
                         "vat_rate": 2_500, "amount": 363_580},
                        {"dimension": "Flat", "quantity": 1, "unit_price": 25_000,
                         "vat_rate": 2_500, "amount": 25_000},
                    ],
                    "vat_totals": [
                        {"vat_rate": 2_500, "adjustment": 0, "net": 389, "vat": 97, "gross": 486},
                    ],
                },
            },
            "held": 5_000, "captured": 486, "released": 4_514, "nothing_taken": null,
        })
    };
    let old = json!({
        "id": "0123456789ABCDEFGHJKMNPQR",
        "issuer": {"name": "Old AB", "address": "Gatan 1", "vat_number": "SE556677889901",
                   "contact": "old@example.com"},
        "site": {"name": "Torget", "address": "Torget 2", "time_zone": "Europe/Stockholm"},
        "summary": summary("OLD1"),
    });
    let mut world = World::new(Setup::default()).await;
    world.stop_gateway();
    world.insert_old_receipts(&old, &summary("OLD2"));
    world.restart_gateway().await;
    let link = world.url("/receipts/0123456789ABCDEFGHJKMNPQR");
    let (status, _, body) = world.get(&link, "application/json").await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    let receipt: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        json!([
            receipt["captured"],
            receipt["issuer"]["name"],
            receipt["session"]
        ]),
        json!([486, "Old AB", "OLD1"])
    );
    let issued = world.receipts(2).await.remove(1);
    assert_eq!(
        json!([issued["captured"], issued["session"]]),
        json!([486, "OLD2"])
    );
}

#[tokio::test]
async fn a_card_number_in_the_invoice_form_is_refused_and_neither_kept_nor_shown_again() {
    const NUMBER: &str = "4111 1111 1111 1111";
    let world = charged(Setup::default()).await;
    let receipt = world.receipts(1).await.remove(0);
    let form = format!("{}/invoice", receipt["link"].as_str().unwrap());
    let in_german = format!("{form}?lang=de");
    let in_lines = NUMBER.replace(' ', "\r\n");
    for (field, text) in [(0, NUMBER), (1, NUMBER), (1, &in_lines), (2, NUMBER)] {
        let mut buyer = BUYER;
        buyer[field].1 = text;
        let (status, _, page) = world.submit(&in_german, &buyer).await;
        let page = String::from_utf8(page).unwrap();
        assert_eq!(status, 422, "{page}");
        assert!(page.contains("keine Kartennummer"), "{page}");
        assert!(!page.contains("1111"), "{page}");
        // What was typed into the other fields is still there.
        let other = BUYER[(field + 1) % BUYER.len()].1;
        assert!(page.contains(other), "{page}");
    }
    for file in ["chargetap.db", "chargetap.db-wal"] {
        let bytes = std::fs::read(world.folder().join(file)).unwrap();
        let stored = String::from_utf8_lossy(&bytes);
        assert!(
            !stored.contains(NUMBER) && !stored.contains("1111, 1111"),
            "{file}"
        );
    }
    location(&world.submit(&form, &BUYER).await);
}

#[tokio::test]
async fn a_wrong_link_shows_the_page_that_finds_the_receipt_in_the_readers_language() {
    let world = charged(Setup::default()).await;
    let receipt = world.receipts(1).await.remove(0);
    let link = receipt["link"].as_str().unwrap();
    for wrong in [format!("{link}X"), format!("{link}X/invoice")] {
        let found = world.get_in(&wrong, "sv-SE,sv;q=0.9").await;
        let page = String::from_utf8(found.2).unwrap();
        assert_eq!(found.0, 404, "{page}");
        assert!(page.contains("Det finns inget sådant kvitto"), "{page}");
        assert!(page.contains("name=\"code\""), "{page}");
        // The page's form is sent to the address of the page.
        let code = world.receipt_codes().remove(0);
        let sent = world.submit(&wrong, &[("code", &code)]).await;
        assert_eq!(location(&sent), link);
    }
}

#[tokio::test]
async fn the_log_holds_nothing_that_opens_a_receipt_or_speaks_for_an_operator() {
    let world = charged(Setup::default()).await;
    let receipt = world.receipts(1).await.remove(0);
    let link = receipt["link"].as_str().unwrap();
    assert_eq!(world.get(link, "text/html").await.0, 200);
    let refused = [("name", "Beispiel GmbH"), ("vat-number", "DE1")];
    let form = format!("{link}/invoice");
    assert_eq!(world.submit(&form, &refused).await.0, 422);
    assert_eq!(world.submit(&form, &BUYER).await.0, 303);
    world.receipts(2).await;
    let is_issued = |line: &&String| line.contains("receipt issued");
    world
        .until("both are logged", async || {
            world.log().lines().iter().filter(is_issued).count() == 2
        })
        .await;

    let log = world.log().lines().join("\n");
    let (ids, codes) = (world.receipt_ids(), world.receipt_codes());
    assert_eq!((ids.len(), codes.len()), (2, 2));
    let secrets = ids.iter().chain(&codes).map(String::as_str);
    let parts = ["/receipts/", "/callbacks/", "ctp_", world.token()];
    for secret in secrets.chain(parts) {
        assert!(!log.contains(secret), "{secret} in\n{log}");
    }
}

#[tokio::test]
async fn while_pages_are_asked_for_without_end_a_driver_charges_and_pays() {
    let world = World::new(Setup {
        gateway: vec!["--hold-pages".into()],
        ..Setup::default()
    })
    .await;
    let mut pages = tokio::task::JoinSet::new();
    for source in 0..200 {
        let request = chargetap::client::client().unwrap();
        let request = request.get(world.url("/receipts"));
        let request = request.header("x-forwarded-for", format!("198.51.100.{source}"));
        pages.spawn(request.send());
    }
    // Those that have a place are never rendered.
    let answer = pages.join_next().await.unwrap().unwrap().unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "10");
    world.tap("card-1").await;
    let sessions = world.closed_sessions(1).await;
    assert_eq!(sessions[0]["captured"], price(world.metered_energy().await));
}
