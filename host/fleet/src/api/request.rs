//! A call that is being answered: its parsed parts, and the records and context it is answered
//! from.

use std::str::FromStr;

use serde::de::DeserializeOwned;

use super::problem::{Problem, ProblemKind};
use super::query::Query;
use super::route::Route;
use super::{Call, access_scope};
use crate::access::AccessScope;
use crate::context::DecisionContext;
use crate::fleet::{Fleet, Record, Versioned};

/// A call that is being answered: its parsed parts, and the records and context it is answered
/// from.
pub(super) struct Request<'a> {
    pub(super) route: &'a Route,
    pub(super) call: &'a Call<'a>,
    pub(super) fleet: &'a Fleet,
    pub(super) context: &'a DecisionContext<'a>,
    pub(super) query: Query,
}

impl<'a> Request<'a> {
    pub(super) fn new(
        route: &'a Route,
        call: &'a Call<'a>,
        fleet: &'a Fleet,
        context: &'a DecisionContext<'a>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            route,
            call,
            fleet,
            context,
            query: Query::parse(call.query, &route.query)?,
        })
    }

    /// A path parameter as text.
    pub(super) fn text(&self, place: usize) -> Result<&'a str, Problem> {
        let text = self.call.parameters.get(place);
        text.map(String::as_str).ok_or_else(Problem::not_found)
    }

    /// A path parameter, parsed. A value that cannot be parsed names no record, so it is a 404.
    pub(super) fn key<T: FromStr>(&self, place: usize) -> Result<T, Problem> {
        self.text(place)?.parse().map_err(|_| Problem::not_found())
    }

    /// The parsed body.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        self.route.body.read(self.call)
    }

    /// The access scope of the caller.
    pub(super) fn access(&self) -> &'a AccessScope {
        &self.context.actor.access
    }

    /// Refuses callers who are limited to sites: the request concerns the whole fleet.
    pub(super) fn require_whole_fleet(&self) -> Result<(), Problem> {
        match self.access() {
            AccessScope::Everywhere => Ok(()),
            AccessScope::Sites(_) => Err(Problem::new(
                ProblemKind::Forbidden,
                "this concerns the whole fleet, and the token is limited to sites",
            )),
        }
    }

    /// The record with this key, if it exists and the caller may see it.
    pub(super) fn find<T: Record>(&self, key: &str) -> Option<&'a Versioned<T>> {
        let versioned = T::all(self.fleet).get(key)?;
        let is_visible = match self.access() {
            AccessScope::Everywhere => true,
            access @ AccessScope::Sites(_) => {
                access_scope::may_see(self.fleet, access, &versioned.value.clone().into())
            }
        };
        is_visible.then_some(versioned)
    }

    /// The record that the first path parameter names.
    pub(super) fn record<T: Record>(&self) -> Result<&'a Versioned<T>, Problem> {
        self.find(self.text(0)?).ok_or_else(Problem::not_found)
    }
}
