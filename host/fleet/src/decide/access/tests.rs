use crate::access::{self, AccessScope, CalendarDetails, Scope, Token, TokenDetails};
use crate::command::Command;
use crate::moment::Moment;
use crate::terminal::Domain;
use crate::world::{DAY, World, text};
use crate::{processor::Processor, terminal::Origin};

/// SHA-256 of "abc", by FIPS 180-2, appendix B.1.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn world() -> World {
    World::new(Origin::FactoryFitted, Processor::Platform, Domain::Platform)
}

fn operator() -> TokenDetails {
    TokenDetails {
        name: text("Ann"),
        scope: Scope::Operator,
        access: AccessScope::Everywhere,
        expires: None,
    }
}

/// Issues a token and returns its key.
fn issue(world: &mut World, details: TokenDetails, hash: &str) -> String {
    let issued = world.command(Command::IssueToken(details, hash.to_owned()));
    issued.unwrap();
    let mut tokens = world.fleet.each::<Token>();
    tokens.find(|it| it.hash == hash).unwrap().key.to_string()
}

fn revoke(world: &mut World, key: &str) -> Result<(), Vec<String>> {
    world.command(Command::RevokeToken(text(key)))
}

fn refused(code: &str) -> Result<(), Vec<String>> {
    Err(vec![code.to_owned()])
}

#[test]
fn the_last_token_that_lets_everything_be_done_stays() {
    let mut world = world();
    let first = issue(&mut world, operator(), "1");
    let expires = Some(Moment::from_millis(world.now.millis() + DAY));
    for (number, details) in [
        TokenDetails {
            expires,
            ..operator()
        },
        TokenDetails {
            access: AccessScope::Sites(vec![text("depot")]),
            ..operator()
        },
        TokenDetails {
            scope: Scope::Support,
            ..operator()
        },
    ]
    .into_iter()
    .enumerate()
    {
        let other = issue(&mut world, details, &format!("other {number}"));
        assert_eq!(revoke(&mut world, &first), refused("last-operator"));
        assert_eq!(revoke(&mut world, &other), Ok(()));
    }
    let second = issue(&mut world, operator(), "2");
    assert_eq!(revoke(&mut world, &first), Ok(()));
    assert_eq!(revoke(&mut world, &second), refused("last-operator"));
}

#[test]
fn the_name_of_a_token_never_comes_again() {
    let mut world = world();
    let stays = issue(&mut world, operator(), "1");
    let goes = issue(&mut world, operator(), "2");
    revoke(&mut world, &goes).unwrap();
    let new = issue(&mut world, operator(), "3");
    assert!(new != goes && new != stays, "{new}");
}

#[test]
fn a_token_that_counts_no_longer_is_not_issued() {
    let mut world = world();
    let details = TokenDetails {
        expires: Some(world.now),
        ..operator()
    };
    let issued = world.command(Command::IssueToken(details, "1".to_owned()));
    assert_eq!(issued, refused("expired"));
}

#[test]
fn a_token_or_calendar_is_for_sites_that_there_are() {
    let mut world = world();
    let access = AccessScope::Sites(vec![text("depot"), text("nowhere")]);
    let token = TokenDetails {
        access: access.clone(),
        ..operator()
    };
    let token = world.command(Command::IssueToken(token, "1".to_owned()));
    assert_eq!(token, refused("no-such-site"));
    let calendar = CalendarDetails {
        name: text("Ann"),
        access,
    };
    let calendar = world.command(Command::IssueCalendar(calendar, "1".to_owned()));
    assert_eq!(calendar, refused("no-such-site"));
}

#[test]
fn whoever_shows_the_secret_is_known_until_the_token_expires() {
    let mut world = world();
    let expires = Moment::from_millis(world.now.millis() + DAY);
    let details = TokenDetails {
        expires: Some(expires),
        ..operator()
    };
    let key = issue(&mut world, details, ABC);
    let bearer = |secret: &[u8], now| {
        let token = access::bearer(&world.fleet, secret, now);
        token.map(|it| it.key.to_string())
    };
    let before = Moment::from_millis(expires.millis() - 1);
    assert_eq!(bearer(b"abc", before), Some(key));
    assert_eq!(bearer(b"abc", expires), None);
    assert_eq!(bearer(b"abd", before), None);
    assert_eq!(bearer(ABC.as_bytes(), before), None);
    assert_eq!(bearer(b"", before), None);
}

#[test]
fn a_calendar_is_at_its_address_until_it_is_revoked() {
    let mut world = world();
    let details = CalendarDetails {
        name: text("Ann"),
        access: AccessScope::Everywhere,
    };
    let issued = world.command(Command::IssueCalendar(details, ABC.to_owned()));
    issued.unwrap();
    let key = access::calendar(&world.fleet, b"abc").unwrap().key.clone();
    assert_eq!(access::calendar(&world.fleet, b"abd"), None);
    world.command(Command::RevokeCalendar(key.clone())).unwrap();
    assert_eq!(access::calendar(&world.fleet, b"abc"), None);
    let again = world.command(Command::RevokeCalendar(key));
    assert_eq!(again, refused("no-such-calendar"));
}
