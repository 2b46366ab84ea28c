//! Bodies from options.

use boon::{Compiler, Schemas};
use chargetap_fleet::api::{Body, Route};
use chargetap_fleet::moment::Moment;
use serde_json::{Value, json};

use super::super::arguments;
use super::super::invocation::Invocation;
use super::super::property::{Form, Property, properties};
use super::matches;

/// 2026-11-25T12:00:00Z.
const NOW: u64 = 1_795_608_000_000;

fn body(line: &[&str], present: Option<&Value>) -> Value {
    let matches = matches(line).unwrap();
    let invocation = Invocation::new(&matches).unwrap();
    let body = invocation.body(present, Moment::from_millis(NOW)).unwrap();
    serde_json::from_slice(&body.unwrap().bytes).unwrap()
}

/// A value that an option can have.
fn example(property: &Property) -> String {
    let option = property.option();
    match &property.form {
        Form::Text if ["wanted-by", "valid-until"].contains(&option.as_str()) => {
            "2026-11-25".into()
        }
        Form::Text => "A-1".into(),
        Form::Moment => "2026-11-25T12:00:00Z".into(),
        Form::Integer => "1".into(),
        Form::Truth => "true".into(),
        Form::Choice(choices) => choices[0].0.clone(),
        Form::Json(_) if option.ends_with("sim") => "none".into(),
        Form::Json(_) if option == "reach" => r#"{"sites": ["A-1"]}"#.into(),
        Form::Json(_) if option == "evses" => r#"[{"connector": 1}]"#.into(),
        Form::Json(_) if option == "changes" => {
            r#"[{"from": "2027-01-01", "prices": {"currency": "EUR"}}]"#.into()
        }
        Form::Json(_) if option == "prices-elements" => r#"[{"price_components": []}]"#.into(),
        Form::Json(shape) => panic!("{option} has no example: {shape}"),
    }
}

fn assert_valid(document: &Value, body: &Value, route: &Route) {
    let mut compiler = Compiler::new();
    compiler.enable_format_assertions();
    compiler.add_resource("urn:body", document.clone()).unwrap();
    let mut schemas = Schemas::new();
    let schema = compiler.compile("urn:body", &mut schemas).unwrap();
    if let Err(error) = schemas.validate(body, schema) {
        panic!("{} {}: {body}\n{error}", route.noun, route.verb);
    }
}

#[test]
fn every_option_and_the_required_ones_alone_make_a_valid_body() {
    for route in arguments::routes() {
        let Body::Json(json) = &route.body else {
            continue;
        };
        let document = json.document();
        for is_wanted in [|_: &Property| true, |it: &Property| it.is_required] {
            let mut line = vec![route.noun.to_owned(), route.verb.to_owned()];
            line.extend(route.parameters().map(|_| "A-1".to_owned()));
            for property in properties(&document).iter().filter(|it| is_wanted(it)) {
                line.extend([format!("--{}", property.option()), example(property)]);
            }
            let line: Vec<&str> = line.iter().map(String::as_str).collect();
            assert_valid(&document, &body(&line, None), route);
        }
    }
}

#[test]
fn an_inspection_is_of_now_and_without_findings_by_default() {
    let line = [
        "terminal",
        "inspect",
        "P-1",
        "--occasion",
        "weekly",
        "--done-by",
        "anna",
    ];
    assert_eq!(
        body(&line, None),
        json!({
            "occasion": "weekly",
            "done": { "at": "2026-11-25T12:00:00Z", "by": "anna" },
            "findings": [],
        })
    );
}

#[test]
fn options_override_the_record() {
    let present = json!({
        "contact": { "name": "Anna", "email": "anna@example.com", "phone": "1" },
        "sites": ["north", "south"],
    });
    let line = ["person", "put", "anna", "--contact-phone", "3"];
    let mut expected = present.clone();
    expected["contact"]["phone"] = json!("3");
    assert_eq!(body(&line, Some(&present)), expected);
}

#[test]
fn json_is_all_of_the_record_and_options_override_it() {
    let prices =
        |per_kwh: &str| json!({"currency": "EUR", "per_kwh": per_kwh, "vat_percent": "25"});
    let mut before = prices("0.49");
    before["per_session"] = json!("0.25");
    let present = json!({
        "prices": before,
        "changes": [{"from": "2027-01-01", "prices": prices("0.55")}],
    });
    let data = json!({"prices": prices("0.60")}).to_string();
    let mut line = vec!["tariff", "put", "standard", "--data", &data];
    assert_eq!(
        body(&line, Some(&present)),
        json!({"prices": prices("0.60")})
    );
    line.extend(["--prices-per-kwh", "0.70"]);
    assert_eq!(
        body(&line, Some(&present)),
        json!({"prices": prices("0.70")})
    );
}

#[test]
fn a_required_option_may_be_left_out_only_if_json_can_have_it() {
    let error = matches(&["terminal", "suspend", "P-1"]).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("--reason <TEXT>"), "{error}");
    let data = r#"{"name": "Anna", "scope": "operator", "reach": "everywhere"}"#;
    let line = ["token", "issue", "--data", data];
    assert_eq!(
        body(&line, None),
        serde_json::from_str::<Value>(data).unwrap()
    );
}

#[test]
fn an_unknown_choice_is_answered_with_the_known_ones() {
    let line = [
        "terminal",
        "inspect",
        "P-1",
        "--occasion",
        "daily",
        "--done-by",
        "anna",
    ];
    let error = matches(&line).unwrap_err().to_string();
    assert!(
        error.contains("weekly, before-storage, after-storage"),
        "{error}"
    );
}

#[test]
fn a_body_comes_from_a_file_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.json");
    std::fs::write(&path, r#"{"name": "North"}"#).unwrap();
    let data = format!("@{}", path.display());
    let line = [
        "site",
        "put",
        "north",
        "--data",
        &data,
        "--customer",
        "acme",
    ];
    assert_eq!(
        body(&line, None),
        json!({ "name": "North", "customer": "acme" })
    );
}

#[test]
fn a_pictures_type_is_read_from_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("casing.png");
    let path_text = path.to_str().unwrap();
    let matches = matches(&["incident", "attach", "I-1", "--file", path_text]).unwrap();
    let invocation = Invocation::new(&matches).unwrap();
    let body = || invocation.body(None, Moment::from_millis(NOW));
    std::fs::write(&path, [0xFF, 0xD8, 0xFF, 0xE0]).unwrap();
    assert_eq!(body().unwrap().unwrap().media_type, "image/jpeg");
    std::fs::write(&path, "no picture").unwrap();
    assert!(body().is_err());
}
