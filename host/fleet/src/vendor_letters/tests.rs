use super::*;
use crate::command::{Command, TerminalAction};
use crate::terminal::Origin;
use crate::world::{World, details, text};

fn letters_for(world: &World) -> Vec<VendorLetter> {
    letters(&world.fleet, world.order())
}

fn kinds(world: &World) -> Vec<VendorLetterKind> {
    letters_for(world).iter().map(|it| it.kind).collect()
}

#[test]
fn a_transfer_is_asked_for_with_all_that_the_vendor_needs() {
    let mut world = World::new(Origin::CustomerOwned, Processor::Platform, Domain::Other);
    let mut second = details();
    (second.station, second.sim) = (None, None);
    second.connectors.clear();
    world
        .command(Command::Register(text("T2"), second, Domain::Customer))
        .unwrap();
    let letters = letters_for(&world);
    let [letter] = letters.as_slice() else {
        panic!("{letters:?}")
    };
    assert_eq!(letter.to, "https://www.payter.com/terminaltransfer");
    assert_eq!(
        letter.subject,
        "Transfer of 2 terminals of Acme AB, order O-1"
    );
    assert_eq!(
        letter.body,
        "Dear Payter team,\n\
         \n\
         please transfer these terminals to the domain of our charging platform:\n\
         \n\
         - T1: Payter Apollo; station CS-1; SIM 8946071512360089522; at Depot, Hamngatan 1, Stockholm\n\
         - T2: Payter Apollo; at Depot, Hamngatan 1, Stockholm\n\
         \n\
         Please tell us the terminal transfer number (TT number), and confirm to us when this is done.\n\
         \n\
         Our reference: O-1\n\
         \n\
         Kind regards,\n\
         Ann Ek\n\
         Acme AB\n\
         ann@acme.example\n\
         +46 8 123 45"
    );
}

#[test]
fn a_transfer_with_a_number_is_not_asked_for_again() {
    let mut world = World::new(Origin::CustomerOwned, Processor::Platform, Domain::Other);
    world
        .act(TerminalAction::BeginTransfer(Processor::Platform))
        .unwrap();
    assert_eq!(kinds(&world), [VendorLetterKind::Transfer]);
    world
        .act(TerminalAction::NumberTransfer(text("TT-1")))
        .unwrap();
    assert_eq!(kinds(&world), []);
}

#[test]
fn in_no_domain_it_is_activated_under_one() {
    let mut world = World::new(Origin::CustomerOwned, Processor::Customer, Domain::None);
    let letters = letters_for(&world);
    let letter = letters.first().unwrap();
    assert_eq!(letter.to, "https://www.payter.com/activation");
    let request = "please activate these terminals, which are in no domain yet, under our own domain \
                   acme, under our contract PC-77, with our payment agreement M-1 with Elavon:";
    assert!(letter.body.contains(request), "{}", letter.body);
    world
        .act(TerminalAction::BeginTransfer(Processor::Customer))
        .unwrap();
    world.act(TerminalAction::CompleteTransfer).unwrap();
    assert_eq!(kinds(&world), [VendorLetterKind::Routing]);
}

#[test]
fn re_routing_is_asked_for_once_the_terminal_is_in_the_customers_domain() {
    let mut world = World::new(Origin::CustomerOwned, Processor::Customer, Domain::Customer);
    let letters = letters_for(&world);
    let letter = letters.first().unwrap();
    assert_eq!(
        (letters.len(), letter.to.as_str()),
        (1, "support@payter.nl")
    );
    let request = "please configure these terminals, which are in our own domain acme, under our \
                   contract PC-77, so that they are routed to our charging platform:";
    assert!(letter.body.contains(request), "{}", letter.body);
    world.act(TerminalAction::AskRouting).unwrap();
    assert_eq!(kinds(&world), []);
}

#[test]
fn where_nothing_is_to_be_asked_there_is_no_letter() {
    assert_eq!(kinds(&World::complete()), []);
    let mut world = World::new(Origin::CustomerOwned, Processor::Platform, Domain::Other);
    world.act(TerminalAction::Retire(text("old"))).unwrap();
    assert_eq!(kinds(&world), []);
}
