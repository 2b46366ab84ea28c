//! What charging stations say and are told over OCPP. Text goes in and reports come out; there are no sockets and
//! no clock.
//!
//! Stations in the field do not keep to the specification, and a message that is refused may be money that is
//! lost. So reading is lenient and writing is strict:
//!
//! | in a station's message                          | how it is read                                         |
//! |--------------------------------------------------|--------------------------------------------------------|
//! | a member that OCPP does not have                 | it is left out                                         |
//! | a member with other capitals                     | as the member of that name                             |
//! | a number as text, with a fraction, a text as number | as what it says; parts of a watt-hour are dropped   |
//! | a missing, negative or unreadable value          | it is absent, and whoever takes the report decides     |
//! | a time in any form of ISO 8601, or since 1970    | as that moment; without an offset it is UTC            |
//! | control characters, a frame that is cut off      | without them, and as far as it goes                    |
//! | a frame that is no call                          | it is never answered with an error                     |
//!
//! Everything that is odd is listed with the message, as an [`Oddity`]: it is counted, and shown to people.
//!
//! | module          | what it is for                                                         |
//! |-----------------|-------------------------------------------------------------------------|
//! | [`report`]      | what stations report, whatever version they speak                      |
//! | [`message`]     | what both sides call and answer, whatever version they speak           |
//! | [`relay`]       | what a station is answered that also has a central system above        |
//! | [`version`]     | the versions, and which of them is spoken                              |
//! | [`frame`]       | the arrays that carry messages, the same in all versions               |
//! | `v16`, `v2`     | the messages of OCPP 1.6, and of OCPP 2.0.1 and 2.1                    |
//! | [`settings`]    | the settings of stations on which the gateway relies                   |
//! | [`tariff`]      | the tariffs that stations show                                         |
//! | [`oddity`]      | what was not as the specification has it                               |

mod date_time;
mod fields;
pub mod frame;
pub mod message;
mod meter;
pub mod oddity;
pub mod relay;
pub mod report;
pub mod settings;
mod stop_reason;
pub mod tariff;
mod v16;
mod v2;
pub mod version;

use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

pub use date_time::DateTime;
pub use oddity::Oddity;
pub use stop_reason::StopReason;
pub use version::Version;

/// Base64 as stations write it: some leave out the padding.
pub const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
