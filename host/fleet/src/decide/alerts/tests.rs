use crate::alert::{Alert, AlertKind, NewAlert, Secret, Webhook, WebhookDetails};
use crate::command::Command;
use crate::moment::Moment;
use crate::world::{DAY, World, text};

fn raise(world: &mut World, kind: AlertKind) {
    world.command(Command::Raise(text("T1"), kind)).unwrap();
}

fn end(world: &mut World, kind: AlertKind) {
    world.command(Command::End(text("T1"), kind)).unwrap();
}

/// When each alert was raised and ended, in the order of their keys.
fn alerts(world: &World) -> Vec<(AlertKind, Moment, Option<Moment>)> {
    let alerts = world.fleet.each::<Alert>();
    alerts.map(|it| (it.kind, it.raised, it.ended)).collect()
}

#[test]
fn an_alert_is_raised_once_while_it_is_so() {
    for kind in [AlertKind::Silent, AlertKind::Tampered] {
        let mut world = World::activated();
        let first = world.now;
        raise(&mut world, kind);
        world.pass(DAY);
        raise(&mut world, kind);
        assert_eq!(alerts(&world), [(kind, first, None)]);
        let ended = world.now;
        end(&mut world, kind);
        world.pass(DAY);
        end(&mut world, kind);
        raise(&mut world, kind);
        assert_eq!(
            alerts(&world),
            [(kind, first, Some(ended)), (kind, world.now, None)]
        );
    }
}

#[test]
fn an_alert_of_one_kind_says_nothing_of_another() {
    let mut world = World::activated();
    raise(&mut world, AlertKind::Silent);
    raise(&mut world, AlertKind::Tampered);
    end(&mut world, AlertKind::Silent);
    let open = world.fleet.each::<Alert>().filter(|it| it.ended.is_none());
    let open: Vec<_> = open.map(|it| it.kind).collect();
    assert_eq!(open, [AlertKind::Tampered]);
}

#[test]
fn the_end_of_a_licence_is_told_once_for_each_year() {
    let kind = AlertKind::LicenceEndsIn30Days;
    let mut world = World::activated();
    raise(&mut world, kind);
    end(&mut world, kind);
    raise(&mut world, kind);
    assert_eq!(world.fleet.each::<Alert>().count(), 1);
    let order = text("O-1");
    world.edit(|it| it.licences.add_year(order, it.licences.until().unwrap()));
    raise(&mut world, kind);
    raise(&mut world, kind);
    let about = world.fleet.each::<Alert>().map(|it| it.about.unwrap());
    let about: Vec<_> = about.map(|day| day.to_string()).collect();
    assert_eq!(about, ["2027-11-25", "2028-11-25"]);
}

#[test]
fn whoever_takes_notice_first_stays_on_record() {
    let mut world = World::activated();
    raise(&mut world, AlertKind::Silent);
    let key = world.fleet.each::<Alert>().next().unwrap().key.clone();
    let first = world.now;
    world.command(Command::Acknowledge(key.clone())).unwrap();
    world.pass(DAY);
    world.command(Command::Acknowledge(key)).unwrap();
    let alert = world.fleet.each::<Alert>().next().unwrap();
    assert_eq!(alert.acknowledged.as_ref().unwrap().at, first);
    assert_eq!(alert.ended, None);
}

fn refund_due(cause: &str) -> NewAlert {
    NewAlert {
        kind: AlertKind::RefundDue,
        terminal: Some(text("T1")),
        session: Some("S-1".to_owned()),
        payment: None,
        evse: None,
        cause: cause.to_owned(),
        next_action: text("Refund 50 minor units."),
    }
}

fn raise_once(world: &mut World, cause: &str) {
    world
        .command(Command::RaiseOnce(refund_due(cause)))
        .unwrap();
}

/// The only alert.
fn only(world: &World) -> &Alert {
    assert_eq!(world.fleet.each::<Alert>().count(), 1);
    world.fleet.each::<Alert>().next().unwrap()
}

#[test]
fn an_alert_of_a_session_is_raised_once_for_its_cause_also_after_it_ended() {
    let mut world = World::activated();
    raise_once(&mut world, "S-1/7/0/alert");
    world.pass(DAY);
    raise_once(&mut world, "S-1/7/0/alert");
    let key = only(&world).key.clone();
    let resolve = Command::Resolve(key, text("refunded"));
    world.command(resolve).unwrap();
    raise_once(&mut world, "S-1/7/0/alert");
    assert!(only(&world).ended.is_some());
    raise_once(&mut world, "S-1/8/0/alert");
    assert_eq!(world.fleet.each::<Alert>().count(), 2);
}

#[test]
fn an_alert_of_a_session_says_whose_it_is_and_what_to_do() {
    let mut world = World::activated();
    raise_once(&mut world, "S-1/7/0/alert");
    let alert = only(&world);
    assert_eq!(
        alert.text.as_str(),
        "A session at T1 was captured for more than it costs: a refund is due."
    );
    assert_eq!(alert.session.as_deref(), Some("S-1"));
    assert_eq!(alert.terminal, Some(text("T1")));
    assert_eq!(alert.next_action, Some(text("Refund 50 minor units.")));
}

#[test]
fn whoever_resolves_an_alert_ends_it_and_stays_on_record_with_a_note() {
    let mut world = World::activated();
    raise_once(&mut world, "S-1/7/0/alert");
    let key = only(&world).key.clone();
    let unsaid = Command::Resolve(key.clone(), text(" "));
    assert_eq!(world.command(unsaid), Err(vec!["no-note".to_owned()]));
    world.pass(DAY);
    let resolved = world.now;
    let resolve = Command::Resolve(key.clone(), text("refunded by hand"));
    world.command(resolve).unwrap();
    world.pass(DAY);
    let again = world.command(Command::Resolve(key, text("again")));
    assert_eq!(again, Err(vec!["alert-ended".to_owned()]));
    let alert = only(&world);
    assert_eq!(alert.ended, Some(resolved));
    let resolution = alert.resolved.as_ref().unwrap();
    assert_eq!(
        (resolution.signed.at, resolution.signed.by.as_str()),
        (resolved, "K-1")
    );
    assert_eq!(resolution.note.as_str(), "refunded by hand");
}

#[test]
fn an_alert_of_a_terminal_is_not_resolved_by_hand() {
    let mut world = World::activated();
    raise(&mut world, AlertKind::Silent);
    let key = only(&world).key.clone();
    let resolve = Command::Resolve(key, text("it is back"));
    let refused = world.command(resolve);
    assert_eq!(refused, Err(vec!["ends-by-itself".to_owned()]));
}

#[test]
fn an_alert_of_a_session_is_no_alert_of_its_terminal() {
    let mut world = World::activated();
    raise_once(&mut world, "S-1/7/0/alert");
    end(&mut world, AlertKind::RefundDue);
    assert_eq!(only(&world).ended, None);
}

#[test]
fn the_name_of_a_kind_is_how_it_is_stored() {
    for kind in [
        AlertKind::Silent,
        AlertKind::Tampered,
        AlertKind::LicenceEndsIn60Days,
        AlertKind::LicenceEndsIn30Days,
        AlertKind::LicenceEndsIn7Days,
        AlertKind::LicenceEnded,
        AlertKind::AuthorisationUnknown,
        AlertKind::CaptureFailed,
        AlertKind::VoidFailed,
        AlertKind::ClosedElsewhere,
        AlertKind::EndNotReported,
        AlertKind::HoldExpired,
        AlertKind::CapturedInPart,
        AlertKind::RefundDue,
        AlertKind::CapturedTooLittle,
        AlertKind::EnergyWithoutPayment,
        AlertKind::MeterImplausible,
        AlertKind::PaymentCaptureFailed,
        AlertKind::PaymentRefundFailed,
        AlertKind::PaymentDisputed,
        AlertKind::PaymentDisputeLost,
    ] {
        assert_eq!(serde_json::json!(kind), kind.name());
    }
}

#[test]
fn an_alert_that_an_earlier_version_stored_is_read() {
    let stored = serde_json::json!({
        "key": "A-3", "kind": "silent", "terminal": "T1", "about": null,
        "online_at": "2026-11-25T11:00:00Z", "raised": "2026-11-25T11:20:00Z",
        "text": "T1 at depot has not been online for too long.", "ended": null,
        "acknowledged": { "at": "2026-11-25T12:00:00Z", "by": "K-1" },
    });
    let alert: Alert = serde_json::from_value(stored).unwrap();
    assert!(alert.is_of_terminal());
    assert_eq!(alert.terminal, Some(text("T1")));
    assert_eq!(alert.resolved, None);
}

fn put(world: &mut World, url: &str, secret: &str) -> Result<(), Vec<String>> {
    let details = WebhookDetails { url: text(url) };
    let secret = Secret::new(secret.to_owned());
    world.command(Command::PutWebhook(text("pager"), details, secret))
}

#[test]
fn alerts_are_sent_where_nobody_reads_them_on_the_way() {
    for (url, is_safe) in [
        ("https://pager.example/hook", true),
        ("https://192.0.2.1:8443/hook", true),
        ("http://localhost:9000/", true),
        ("http://127.0.0.1/", true),
        ("http://127.9.9.9/", true),
        ("http://[::1]:9000/", true),
        ("http://pager.example/", false),
        ("http://192.0.2.1/", false),
        ("http://[2001:db8::1]/", false),
        ("http://localhost.pager.example/", false),
        ("http://localhost@pager.example/", false),
        ("http://127.0.0.1.pager.example/", false),
        ("ftp://localhost/", false),
        ("file:///etc/passwd", false),
        ("pager.example", false),
        ("https://", false),
    ] {
        let put = put(&mut World::activated(), url, "whsec_AAAA");
        assert_eq!(put.is_ok(), is_safe, "{url}");
        if let Err(codes) = put {
            assert_eq!(codes, ["unsafe-address"]);
        }
    }
}

#[test]
fn a_webhook_that_is_changed_keeps_its_secret() {
    let mut world = World::activated();
    put(&mut world, "https://one.example/", "whsec_first").unwrap();
    put(&mut world, "https://two.example/", "whsec_second").unwrap();
    let webhook = world.fleet.get::<Webhook>("pager").unwrap();
    assert_eq!(webhook.details.url.as_str(), "https://two.example/");
    assert_eq!(webhook.secret.expose(), "whsec_first");
}

#[test]
fn a_webhook_that_is_removed_is_gone() {
    let mut world = World::activated();
    put(&mut world, "https://one.example/", "whsec_first").unwrap();
    world
        .command(Command::RemoveWebhook(text("pager")))
        .unwrap();
    assert_eq!(world.fleet.get::<Webhook>("pager"), None);
    let again = world.command(Command::RemoveWebhook(text("pager")));
    assert_eq!(again, Err(vec!["no-such-webhook".to_owned()]));
}
