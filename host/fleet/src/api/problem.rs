//! Problem details (RFC 9457): the answer to a call that failed.

use schemars::JsonSchema;
use serde::Serialize;

use super::Answer;
use crate::refusal::{Obstacle, Reason, Refusal};

/// The media type of problem details.
pub const MEDIA_TYPE: &str = "application/problem+json";

macro_rules! problems {
    ($($name:ident $status:literal $slug:literal $title:literal,)*) => {
        /// The kind of a problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ProblemKind {
            $(
                #[doc = concat!($title, ".")]
                $name,
            )*
        }

        impl ProblemKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The status code.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$name => $status,)*
                }
            }

            /// Its name in URNs and in the OpenAPI document.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self {
                    $(Self::$name => $slug,)*
                }
            }

            /// Its title, for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)*
                }
            }
        }
    };
}

problems! {
    Malformed 400 "malformed" "The request cannot be read",
    Unauthenticated 401 "unauthenticated" "A token is needed",
    Forbidden 403 "forbidden" "The token does not let you do this",
    NotFound 404 "not-found" "There is no such thing",
    MethodNotAllowed 405 "method-not-allowed" "This cannot be done there",
    Conflict 409 "conflict" "It cannot be as things stand",
    PreconditionFailed 412 "precondition-failed" "It was changed in the meantime",
    TooLarge 413 "too-large" "The body is too large",
    UnsupportedMediaType 415 "unsupported-media-type" "The body is of another type",
    Invalid 422 "invalid" "What was said cannot be",
    PreconditionRequired 428 "precondition-required" "The known version must be named",
    TooManyRequests 429 "too-many-requests" "Too many requests",
    Unavailable 503 "unavailable" "It cannot be done now",
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its kind.
    pub kind: ProblemKind,
    /// The problem in this case.
    pub detail: String,
    /// Every reason, if there are several or if they have places.
    pub reasons: Vec<Reason>,
    /// For 405: the methods that the path has.
    allow: Option<String>,
}

/// Problem details (RFC 9457).
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct Details<'a> {
    /// The kind of problem, such as `urn:chargetap:problem:conflict`.
    #[schemars(regex(pattern = "^urn:chargetap:problem:[a-z-]+$"))]
    r#type: String,
    /// The kind of problem, for people.
    title: &'a str,
    /// The status code.
    status: u16,
    /// The problem in this case, for people.
    detail: &'a str,
    /// Every reason.
    reasons: &'a [Reason],
}

impl Problem {
    /// A problem of a kind.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            reasons: Vec::new(),
            allow: None,
        }
    }

    /// The request is invalid, for these reasons.
    pub(super) fn invalid(reasons: Vec<Reason>) -> Self {
        let refusal = Refusal {
            obstacle: Obstacle::Invalid,
            reasons,
        };
        refusal.into()
    }

    /// 404: there is nothing at this path that the caller may see.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ProblemKind::NotFound, "there is nothing at this address")
    }

    /// 405: the path has these methods only.
    pub(super) fn method_not_allowed(allow: String) -> Self {
        let detail = format!("this address has {allow} only");
        Self {
            allow: Some(allow),
            ..Self::new(ProblemKind::MethodNotAllowed, detail)
        }
    }

    /// The problem as an answer.
    #[must_use]
    pub fn answer(&self) -> Answer {
        let details = Details {
            r#type: format!("urn:chargetap:problem:{}", self.kind.slug()),
            title: self.kind.title(),
            status: self.kind.status(),
            detail: &self.detail,
            reasons: &self.reasons,
        };
        let mut answer = Answer {
            media_type: MEDIA_TYPE,
            ..Answer::json(self.kind.status(), &details)
        };
        if self.kind == ProblemKind::Unauthenticated {
            answer = answer.with_header("www-authenticate", "Bearer");
        }
        match &self.allow {
            Some(allow) => answer.with_header("allow", allow),
            None => answer,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal.obstacle {
            Obstacle::NotFound => ProblemKind::NotFound,
            Obstacle::Invalid => ProblemKind::Invalid,
            Obstacle::Conflict => ProblemKind::Conflict,
            Obstacle::Forbidden => ProblemKind::Forbidden,
        };
        let others = refusal.reasons.len().saturating_sub(1);
        let first = refusal.reasons.first().map_or("", |reason| &reason.text);
        let detail = match others {
            0 => first.to_owned(),
            _ => format!("{first}; and {others} more"),
        };
        Self {
            reasons: refusal.reasons,
            ..Self::new(kind, detail)
        }
    }
}
