//! Preconditions of a call: the record exists and is visible, and its version is the one that the
//! caller knows.

use super::problem::{Problem, ProblemKind};
use super::request::Request;
use super::{Method, access_scope};
use crate::fleet::{Item, Kind};
use crate::text::{Key, StationId};

/// What the first path parameter names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Nothing, or no record of the fleet.
    None,
    /// An existing record.
    Existing(Kind),
    /// A record that exists or is to be created.
    Put(Kind),
}

impl Target {
    /// Checks that the record exists and is visible, or may be created.
    pub(super) fn check_visible(self, request: &Request<'_>) -> Result<(), Problem> {
        let is_visible = |item: &Item| access_scope::may_see(request.fleet, request.access(), item);
        match (self, self.there(request)?) {
            (Self::None, _) => Ok(()),
            (Self::Put(Kind::Station), None) => request.key::<StationId>(0).map(drop),
            (Self::Put(_), None) => request.key::<Key>(0).map(drop),
            (_, Some((_, item))) if is_visible(&item) => Ok(()),
            _ => Err(Problem::not_found()),
        }
    }

    /// Checks If-Match against the version of the record.
    pub(super) fn check_version(self, request: &Request<'_>) -> Result<(), Problem> {
        let (method, if_match) = (request.route.method, request.call.if_match);
        match (self.there(request)?, if_match) {
            _ if self == Self::None || method == Method::Get => Ok(()),
            (None, None) => Ok(()),
            (None, Some(_)) => Err(changed("there is nothing yet, so it has no version")),
            (Some(_), None) if method == Method::Put => Err(Problem::new(
                ProblemKind::PreconditionRequired,
                "say in If-Match which version you know: its ETag",
            )),
            (Some((version, _)), Some(tags)) if !matches(tags, version) => Err(changed(&format!(
                "its version is {version} now: read it again"
            ))),
            (Some(_), _) => Ok(()),
        }
    }

    fn there(self, request: &Request<'_>) -> Result<Option<(u64, Item)>, Problem> {
        match self {
            Self::None => Ok(None),
            Self::Existing(kind) | Self::Put(kind) => {
                Ok(request.fleet.item(kind, request.text(0)?))
            }
        }
    }
}

/// Whether one of the tags is this version. Weak tags never match (RFC 9110, section 13.1.1).
fn matches(tags: &str, version: u64) -> bool {
    let tag = format!("\"{version}\"");
    tags.trim() == "*" || tags.split(',').any(|it| it.trim() == tag)
}

fn changed(detail: &str) -> Problem {
    Problem::new(ProblemKind::PreconditionFailed, detail)
}
