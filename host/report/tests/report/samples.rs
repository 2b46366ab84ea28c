//! Sample incidents in a fleet, for the tests of the text and for the peers.

use std::collections::BTreeMap;

use chargetap_fleet::fleet::{Change, Fleet, Record};
use chargetap_fleet::incident::Incident;
use chargetap_fleet::moment::Moment;
use chargetap_fleet::site::{Customer, Site};
use chargetap_fleet::terminal::Terminal;
use chargetap_report::Report;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A phone held upright, so that the picture is stored on its side.
pub(crate) const UPRIGHT: &[u8] = include_bytes!("../pictures/upright.jpg");
pub(crate) const PROGRESSIVE: &[u8] = include_bytes!("../pictures/progressive.jpg");
/// With a palette, and partly transparent.
pub(crate) const CLEAR: &[u8] = include_bytes!("../pictures/clear.png");

/// Pictures by their hashes.
pub(crate) type Pictures = BTreeMap<String, Vec<u8>>;

/// 2026-11-25T12:34:56Z.
pub(crate) fn now() -> Moment {
    Moment::from_millis(1_795_610_096_000)
}

/// A customer with a site and a terminal.
pub(crate) fn fleet() -> Fleet {
    let mut fleet = Fleet::default();
    put::<Customer>(
        &mut fleet,
        json!({
            "key": "nordvind",
            "details": {
                "name": "Nordvind Laddning AB",
                "contact": { "name": "Åsa Öberg", "email": "asa@nordvind.example", "phone": null },
                "vendor_contract": null, "vendor_domain": null, "merchant": null
            },
            "terms": null, "self_assessment": null
        }),
    );
    put::<Site>(
        &mut fleet,
        json!({
            "key": "sundsvall",
            "details": {
                "customer": "nordvind", "name": "Sundsvall Centrum",
                "address": "Storgatan 1, 852 30 Sundsvall, Sweden", "time_zone": "Europe/Stockholm"
            }
        }),
    );
    put::<Terminal>(
        &mut fleet,
        json!({
            "serial": "PN1234567",
            "details": {
                "model": "apollo-max", "order": "O-1", "site": "sundsvall",
                "station": "CP-0042", "connectors": [1, 2],
                "sim": { "card": "8931088317032000003" }, "firmware": "2.14.1", "users": []
            },
            "origin": "factory-fitted", "processor": "platform", "domain": "platform",
            "state": "reported", "since": "2026-11-24T21:05:00Z", "reason": null,
            "routing": { "asked": null, "confirmed": null }, "transfer": null,
            "licences": { "activation": null, "waiting": [], "software": [] },
            "checks": {}, "inspections": [], "charged": null, "tested": null
        }),
    );
    fleet
}

pub(crate) fn put<T: Record + DeserializeOwned>(fleet: &mut Fleet, record: Value) {
    let record: T = serde_json::from_value(record).unwrap();
    fleet.apply(Change::put(record), 1);
}

/// A complete incident with three pictures.
pub(crate) fn tampering() -> (Incident, Pictures) {
    let incident = json!({
        "key": "I-7",
        "details": {
            "kind": "tampering", "terminal": "PN1234567",
            "discovered": "2026-11-24T20:40:00Z",
            "description": "On the evening round, an odd red cable was found below the terminal. It \
                leads out of the casing, which had been opened: two screws are missing.\n\nThe terminal \
                still showed its prices. A man in a yellow vest had been seen at it at about 18:00, \
                who said that he came from \"the card company\".",
            "done": "The station was taken out of service, and the terminal was switched off and left \
                where it is.\nThe police was called: case 5000-K1234567-26.",
            "planned": "The terminal will be sent to the vendor in a sealed box as soon as the vendor has \
                said where to.\nThe recordings of the site's camera are looked through.",
            "contact": {
                "name": "Åsa Öberg", "email": "asa@nordvind.example", "phone": "+46 60 12 34 56"
            }
        },
        "opened": "2026-11-24T21:05:00Z",
        "photographs": [], "reported": { "at": "2026-11-25T08:12:30Z", "by": "K-2" }, "closed": null
    });
    with_pictures(
        incident,
        &[
            (UPRIGHT, "image/jpeg", Some("The red cable, from the front")),
            (PROGRESSIVE, "image/jpeg", Some("From the side")),
            (CLEAR, "image/png", None),
        ],
    )
}

/// An incident with hardly any details, and overdue.
pub(crate) fn draft() -> (Incident, Pictures) {
    let incident = json!({
        "key": "I-8",
        "details": {
            "kind": "loss", "terminal": "PN1234567", "discovered": "2026-11-24T12:00:00Z",
            "description": "It is gone.", "done": "", "planned": "", "contact": null
        },
        "opened": "2026-11-24T12:30:00Z", "photographs": [], "reported": null, "closed": null
    });
    with_pictures(incident, &[])
}

/// Reported too late and closed, with pictures that cannot be shown.
pub(crate) fn closed() -> (Incident, Pictures) {
    let (mut incident, _) = tampering();
    incident.key = "I-9".parse().unwrap();
    let mut incident = serde_json::to_value(incident).unwrap();
    incident["photographs"] = json!([]);
    incident["reported"] = json!({ "at": "2026-11-25T20:40:00.001Z", "by": "K-2" });
    incident["closed"] = json!({
        "signed": { "at": "2026-11-25T22:00:00Z", "by": "K-1" }, "outcome": "returned",
        "note": "The vendor found a skimmer."
    });
    let cut = &PROGRESSIVE[..PROGRESSIVE.len() / 2];
    let (incident, mut pictures) = with_pictures(
        incident,
        &[
            (cut, "image/jpeg", Some("Breaks off")),
            (CLEAR, "image/png", Some("Not kept")),
            (UPRIGHT, "image/jpeg", Some("Not what was attached")),
        ],
    );
    pictures.remove(&hash(CLEAR));
    pictures.insert(hash(UPRIGHT), PROGRESSIVE.to_vec());
    (incident, pictures)
}

/// Every sample, by its name.
pub(crate) fn all() -> [(&'static str, Report); 3] {
    let samples = [
        ("tampering", tampering()),
        ("draft", draft()),
        ("closed", closed()),
    ];
    samples.map(|(name, sample)| (name, report(sample)))
}

pub(crate) fn report((incident, pictures): (Incident, Pictures)) -> Report {
    Report::of(&fleet(), &incident, pictures, now())
}

/// An incident with these photographs attached.
pub(crate) fn with_pictures(
    mut incident: Value,
    attached: &[(&[u8], &str, Option<&str>)],
) -> (Incident, Pictures) {
    let photographs = attached.iter().map(|(bytes, media_type, caption)| {
        json!({
            "hash": hash(bytes), "media_type": media_type, "size": bytes.len(), "caption": caption
        })
    });
    incident["photographs"] = photographs.collect();
    let pictures = attached
        .iter()
        .map(|(bytes, ..)| (hash(bytes), bytes.to_vec()));
    (
        serde_json::from_value(incident).unwrap(),
        pictures.collect(),
    )
}

pub(crate) fn hash(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}
