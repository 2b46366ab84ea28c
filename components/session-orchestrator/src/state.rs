//! A session as it is stored between steps: a version, and then the fields.
//!
//! The fields are in postcard: in their order, without names. So every change of their types or order
//! makes a new version, also a change in the contract. Changing a name does not.

mod version_1;
mod version_2;
mod version_3;

use chargetap_contract::session::Refusal;

use crate::session::Session;

/// The version that this component writes.
const VERSION: u32 = 4;

impl Session {
    pub(crate) fn decode(state: &[u8]) -> Result<Self, Refusal> {
        let malformed = |error: postcard::Error| Refusal::MalformedState(error.to_string());
        let (version, fields) = postcard::take_from_bytes(state).map_err(malformed)?;
        let (session, rest) = match version {
            1 => postcard::take_from_bytes::<version_1::Session>(fields)
                .map(|(session, rest)| (session.into(), rest)),
            2 => postcard::take_from_bytes::<version_2::Session>(fields)
                .map(|(session, rest)| (session.into(), rest)),
            3 => postcard::take_from_bytes::<version_3::Session>(fields)
                .map(|(session, rest)| (session.into(), rest)),
            VERSION => postcard::take_from_bytes(fields),
            _ => return Err(Refusal::UnknownStateVersion(version)),
        }
        .map_err(malformed)?;
        if rest.is_empty() {
            Ok(session)
        } else {
            Err(Refusal::MalformedState("there are bytes behind it".into()))
        }
    }

    pub(crate) fn encode(self) -> Result<Vec<u8>, Refusal> {
        postcard::to_allocvec(&(VERSION, self))
            .map_err(|error| Refusal::MalformedState(error.to_string()))
    }
}
