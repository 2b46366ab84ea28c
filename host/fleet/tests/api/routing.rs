//! Routing: the route that a request matches.

use chargetap_fleet::access::Scope;
use chargetap_fleet::alert::Secret;
use chargetap_fleet::api::{self, Effect, Method, ReportFormat, SwapTerms, Task};
use chargetap_fleet::bundle::StandbyBundle;
use chargetap_fleet::incident::PictureType;
use chargetap_fleet::operation::{Operation, TriggeredMessage};

use crate::world::{HASH, Request, actor, fleet, header, json_of};

fn operator() -> chargetap_fleet::context::Actor {
    actor(Scope::Operator, &[])
}

#[track_caller]
fn task(request: Request<'_>) -> Task {
    match request.effect(&operator()) {
        Effect::Task(task) => task,
        other => panic!("{} is no task: {other:?}", request.path),
    }
}

#[test]
fn a_path_that_no_route_has_is_a_problem() {
    for path in [
        "/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/sites/a/b",
        "/api/v1/sites/",
        "/api/v2/sites",
        "/api/v1/sites/%FF",
    ] {
        let answer = Request::get(path).answer(&operator());
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.media_type, "application/problem+json", "{path}");
        assert_eq!(
            json_of(&answer)["type"],
            "urn:chargetap:problem:not-found",
            "{path}"
        );
        assert_eq!(json_of(&answer)["status"], 404, "{path}");
    }
}

#[test]
fn another_method_is_told_which_there_are() {
    let answer = api::find(Some(Method::Post), "/api/v1/people/ann").unwrap_err();
    assert_eq!(answer.status, 405);
    assert_eq!(header(&answer, "Allow"), Some("GET, PUT, DELETE"));
    assert_eq!(api::find(None, "/api/v1/sites").unwrap_err().status, 405);
    assert_eq!(api::find(None, "/api/v1/nothing").unwrap_err().status, 404);
}

#[test]
fn a_parameter_may_be_percent_encoded() {
    let (_, parameters) = api::find(Some(Method::Get), "/api/v1/people/%61nn").unwrap();
    assert_eq!(parameters, ["ann"]);
}

#[test]
fn the_terminal_of_an_activation_is_looked_at_for_who_may_activate_it() {
    let fleet = fleet();
    let terminal_to_poll = |path: &str, scope, sites: &[&str]| {
        let path = format!("/api/v1/terminals/{path}");
        let (route, parameters) = api::find(Some(Method::Post), &path).unwrap();
        api::terminal_to_poll(route, &parameters, &fleet, &actor(scope, sites))
    };
    let serial = terminal_to_poll("PN1/activate", Scope::Operator, &["north"]);
    assert_eq!(serial.unwrap().as_str(), "PN1");
    assert_eq!(terminal_to_poll("PN1/ready", Scope::Operator, &[]), None);
    assert_eq!(terminal_to_poll("PN1/activate", Scope::ReadOnly, &[]), None);
    assert_eq!(
        terminal_to_poll("PN1/activate", Scope::Operator, &["south"]),
        None
    );
    assert_eq!(
        terminal_to_poll("NOBODYS/activate", Scope::Operator, &[]),
        None
    );
}

#[test]
fn what_the_gateway_does_is_a_task() {
    let post = |path: &str| Request::new(Method::Post, path);
    let stop = task(post("/api/v1/sessions/S1/stop"));
    assert_eq!(stop, Task::StopSession("S1".parse().unwrap()));
    let stop = task(post("/api/v1/sessions/L%2F2026-7/stop"));
    assert_eq!(stop, Task::StopSession("L/2026-7".parse().unwrap()));
    let body = r#"{ "reference": "R1", "amount": 250 }"#;
    let refund = task(post("/api/v1/sessions/S1/refunds").json(body));
    let reference = "R1".parse().unwrap();
    let session = "S1".parse().unwrap();
    assert_eq!(refund, Task::Refund(session, reference, 250));
    let picture = task(Request::get(&format!(
        "/api/v1/incidents/I-1/photographs/{HASH}"
    )));
    assert_eq!(picture, Task::Picture(HASH.to_owned(), PictureType::Png));
    let report = task(Request::get("/api/v1/incidents/I-1/report.pdf"));
    assert_eq!(
        report,
        Task::Report("I-1".parse().unwrap(), ReportFormat::Pdf)
    );
    let redeliver = task(post("/api/v1/webhook-dead-letters/7/redeliver"));
    assert_eq!(redeliver, Task::Redeliver(7));
    let audit = task(Request::get(
        "/api/v1/audit?kind=site&key=north&after=9&limit=5",
    ));
    let of = Some((chargetap_fleet::fleet::Kind::Site, "north".to_owned()));
    assert_eq!(
        audit,
        Task::Audit {
            of,
            before: Some(9),
            limit: 5
        }
    );
    let letters = task(Request::get("/api/v1/webhook-dead-letters"));
    assert_eq!(
        letters,
        Task::DeadLetters {
            before: None,
            limit: 50
        }
    );
}

#[test]
fn stations_are_listed_and_shown_by_the_gateway() {
    let list = task(Request::get(
        "/api/v1/stations?site=north&after=RDAM%20123&limit=5",
    ));
    assert_eq!(
        list,
        Task::Stations {
            site: Some("north".parse().unwrap()),
            after: Some("RDAM 123".parse().unwrap()),
            limit: 5
        }
    );
    // One without a record, too.
    let show = task(Request::get("/api/v1/stations/RDAM%20123"));
    assert_eq!(show, Task::Station("RDAM 123".parse().unwrap()));
    let answer = Request::get("/api/v1/stations/%20").answer(&operator());
    assert_eq!(answer.status, 404);
}

#[test]
fn a_station_is_operated_by_the_gateway() {
    let operation = |verb: &str, body: &str| {
        let path = format!("/api/v1/stations/STN-1/{verb}");
        match task(Request::new(Method::Post, &path).json(body)) {
            Task::Operate(station, operation) if station.as_str() == "STN-1" => operation,
            other => panic!("{other:?}"),
        }
    };
    let reset = |is_hard| Operation::Reset { is_hard };
    assert_eq!(operation("reset", "{}"), reset(false));
    assert_eq!(operation("reset", r#"{"hard":true}"#), reset(true));
    assert_eq!(
        operation("unlock", r#"{"connector":2}"#),
        Operation::Unlock { connector: 2 }
    );
    assert_eq!(
        operation("trigger", r#"{"message":"meter-values","connector":1}"#),
        Operation::Trigger {
            message: TriggeredMessage::MeterValues,
            connector: Some(1)
        }
    );
    assert_eq!(
        operation("configure", r#"{"key":"HeartbeatInterval","value":"60"}"#),
        Operation::Configure {
            key: "HeartbeatInterval".parse().unwrap(),
            value: Secret::new("60".to_owned())
        }
    );
}

#[test]
fn components_are_swapped_by_the_gateway_for_who_may_see_the_whole_fleet() {
    let post = |path: &str| Request::new(Method::Post, path);
    let swap = |body: &str| task(post("/api/v1/plugins/swap").json(body));
    let usual = SwapTerms {
        events: 1_000,
        accept_differences: false,
    };
    assert_eq!(swap("{}"), Task::Swap(StandbyBundle::Next, usual));
    let terms = SwapTerms {
        events: 5,
        accept_differences: true,
    };
    let body = r#"{"events":5,"accept_differences":true}"#;
    assert_eq!(swap(body), Task::Swap(StandbyBundle::Next, terms));
    // Who goes back need not accept what differs.
    let back = SwapTerms {
        accept_differences: true,
        ..usual
    };
    let rollback = post("/api/v1/plugins/rollback");
    assert_eq!(task(rollback), Task::Swap(StandbyBundle::Previous, back));
    assert_eq!(task(Request::get("/api/v1/plugins")), Task::Bundles);

    let at_a_site = actor(Scope::Operator, &["north"]);
    for request in [
        post("/api/v1/plugins/swap").json("{}"),
        post("/api/v1/plugins/rollback"),
        Request::get("/api/v1/plugins"),
    ] {
        assert_eq!(request.answer(&at_a_site).status, 403, "{}", request.path);
    }
}

#[test]
fn what_no_station_could_do_is_refused() {
    for (verb, body) in [
        ("reset", r#"{"hard":"yes"}"#),
        ("reset", r#"{"soft":true}"#),
        ("unlock", "{}"),
        ("unlock", r#"{"connector":0}"#),
        ("unlock", r#"{"connector":65}"#),
        ("trigger", r#"{"message":"joke"}"#),
        ("configure", r#"{"key":"","value":"60"}"#),
        ("configure", r#"{"key":"HeartbeatInterval"}"#),
        (
            "configure",
            r#"{"key":"Note","value":"4111 1111 1111 1111"}"#,
        ),
    ] {
        let path = format!("/api/v1/stations/STN-1/{verb}");
        let answer = Request::new(Method::Post, &path)
            .json(body)
            .answer(&operator());
        assert_eq!(answer.status, 422, "{verb} {body}");
    }
}

#[test]
fn an_unknown_picture_is_not_found() {
    let path = format!("/api/v1/incidents/I-1/photographs/{}", "0".repeat(64));
    assert_eq!(Request::get(&path).answer(&operator()).status, 404);
}

#[test]
fn the_audit_log_is_asked_for_a_record_by_kind_and_key_together() {
    for query in ["kind=site", "key=north"] {
        let answer = Request::get(&format!("/api/v1/audit?{query}")).answer(&operator());
        assert_eq!(answer.status, 400, "{query}");
    }
}
