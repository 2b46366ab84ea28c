//! Routes for customers, sites and people.

use super::super::Method;
use super::super::query::Parameter;
use super::super::route::Route;
use crate::command::Command;
use crate::site::{
    Acceptance, Customer, CustomerDetails, Person, PersonDetails, SelfAssessment, Site,
    SiteDetails, Training,
};
use crate::text::Key;

pub(super) fn routes() -> Vec<Route> {
    let mut routes = customers();
    routes.extend(sites());
    routes.extend(people());
    routes
}

fn customers() -> Vec<Route> {
    vec![
        Route::list::<Customer>("/customers", |_, _| true)
            .named("customer", "list", "List customers")
            .columns(&[
                ("CUSTOMER", "/key"),
                ("NAME", "/details/name"),
                ("TERMS", "/terms/edition"),
                ("SELF-ASSESSMENT", "/self_assessment/status"),
            ]),
        Route::one::<Customer>("/customers/{customer}").named(
            "customer",
            "show",
            "Show a customer",
        ),
        Route::put::<Customer, CustomerDetails>("/customers/{customer}", |request| {
            Ok(Command::PutCustomer(request.key(0)?, request.body()?))
        })
        .named("customer", "put", "Put a customer on record, or change it"),
        Route::action::<Customer>(Method::Post, "/customers/{customer}/terms", |request| {
            Ok(Command::AcceptTerms(request.key(0)?, request.body()?))
        })
        .with_json::<Acceptance>()
        .named(
            "customer",
            "accept-terms",
            "Put on record that a customer accepted the terms of use",
        ),
        Route::action::<Customer>(
            Method::Post,
            "/customers/{customer}/self-assessments",
            |request| Ok(Command::Assess(request.key(0)?, request.body()?)),
        )
        .with_json::<SelfAssessment>()
        .named(
            "customer",
            "assess",
            "Put on record how a customer stands with the self-assessment of PCI DSS",
        ),
    ]
}

fn sites() -> Vec<Route> {
    vec![
        Route::list::<Site>("/sites", |request, it| {
            let customer: Option<Key> = request.query.get("customer");
            customer.is_none_or(|customer| it.details.customer == customer)
        })
        .with([Parameter::new::<Key>(
            "customer",
            "Only those of this customer",
        )])
        .named("site", "list", "List sites")
        .columns(&[
            ("SITE", "/key"),
            ("NAME", "/details/name"),
            ("ADDRESS", "/details/address"),
            ("CUSTOMER", "/details/customer"),
        ]),
        Route::one::<Site>("/sites/{site}").named("site", "show", "Show a site"),
        Route::put::<Site, SiteDetails>("/sites/{site}", |request| {
            Ok(Command::PutSite(request.key(0)?, request.body()?))
        })
        .named("site", "put", "Put a site on record, or change it"),
    ]
}

fn people() -> Vec<Route> {
    vec![
        Route::list::<Person>("/people", |request, it| {
            let site: Option<Key> = request.query.get("site");
            site.is_none_or(|site| it.details.sites.contains(&site))
        })
        .with([Parameter::new::<Key>(
            "site",
            "Only those who work at this site",
        )])
        .named("person", "list", "List who may use terminals")
        .columns(&[
            ("PERSON", "/key"),
            ("NAME", "/details/contact/name"),
            ("SITES", "/details/sites"),
            ("TRAINED", "/training/at"),
        ]),
        Route::one::<Person>("/people/{person}").named("person", "show", "Show a person"),
        Route::put::<Person, PersonDetails>("/people/{person}", |request| {
            Ok(Command::PutPerson(request.key(0)?, request.body()?))
        })
        .named("person", "put", "Put a person on record, or change it"),
        Route::action::<Person>(Method::Post, "/people/{person}/trainings", |request| {
            Ok(Command::Train(request.key(0)?, request.body()?))
        })
        .with_json::<Training>()
        .named("person", "train", "Put on record that a person was trained"),
        Route::remove::<Person>("/people/{person}", |request| {
            Ok(Command::RemovePerson(request.key(0)?))
        })
        .named("person", "remove", "Take a person off the record"),
    ]
}
