//! What must be so before a call is looked at: what it is about is there, and is what the caller knows.

use super::problem::{Problem, ProblemKind};
use super::request::Request;
use super::{Method, access_scope};
use crate::fleet::{Item, Kind};
use crate::text::Key;

/// What the first parameter of a route's path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// No record of the fleet.
    None,
    /// A record that is there.
    Existing(Kind),
    /// A record that is there, or that comes to be.
    Put(Kind),
}

impl Target {
    /// Whether what a call names is there and may be seen, or may come to be.
    pub(super) fn check_visible(self, request: &Request<'_>) -> Result<(), Problem> {
        let is_visible = |item: &Item| access_scope::may_see(request.fleet, request.access(), item);
        match (self, self.there(request)?) {
            (Self::None, _) => Ok(()),
            (Self::Put(_), None) => request.key::<Key>(0).map(drop),
            (_, Some((_, item))) if is_visible(&item) => Ok(()),
            _ => Err(Problem::not_found()),
        }
    }

    /// Whether a write is about the version that is there.
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

/// Whether one of the tags is the version's. A weak one never is (RFC 9110, section 13.1.1).
fn matches(tags: &str, version: u64) -> bool {
    let tag = format!("\"{version}\"");
    tags.trim() == "*" || tags.split(',').any(|it| it.trim() == tag)
}

fn changed(detail: &str) -> Problem {
    Problem::new(ProblemKind::PreconditionFailed, detail)
}
