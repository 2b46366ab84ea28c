//! The wording of the report.

use chargetap_fleet::incident::{IncidentKind, Outcome, PictureType};
use chargetap_fleet::moment::{Moment, Zone};
use chargetap_fleet::terminal::State;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// The heading of an incomplete report.
pub(crate) const DRAFT: &str = "DRAFT: not complete";

/// Before the list of what is missing.
pub(crate) const STILL_TO_DO: &str = "Still to do:";

pub(crate) const PHOTOGRAPHS: &str = "Photographs";
pub(crate) const NO_PHOTOGRAPHS: &str = "There are none.";

/// Before the reason.
pub(crate) const NOT_SHOWN: &str = "This photograph cannot be shown: ";

/// Before the date.
pub(crate) const MADE: &str = "This document was made on";

/// If the PDF's fonts lack a character.
pub(crate) const NOT_IN_FONT: &str = "The fonts of this file lack some characters, which are shown as \
    \u{fffd}. The report's page shows them.";

pub(crate) fn kind(kind: IncidentKind) -> &'static str {
    match kind {
        IncidentKind::Loss => "Loss",
        IncidentKind::Theft => "Theft",
        IncidentKind::Damage => "Damage",
        IncidentKind::Tampering => "Tampering",
        IncidentKind::Destruction => "Destruction",
        IncidentKind::SuspiciousBehaviour => "Suspicious behaviour",
    }
}

/// The incident's kind and its terminal.
pub(crate) fn headline(of: IncidentKind, serial: &str) -> String {
    let preposition = match of {
        IncidentKind::Loss | IncidentKind::Theft | IncidentKind::Destruction => "of",
        IncidentKind::Damage => "to",
        IncidentKind::Tampering => "with",
        IncidentKind::SuspiciousBehaviour => "at",
    };
    format!("{} {preposition} terminal {serial}", kind(of))
}

pub(crate) fn state(state: State) -> &'static str {
    match state {
        State::Ordered => "Ordered",
        State::Ready => "Ready to be activated",
        State::Activated => "Activated",
        State::InStorage => "In storage",
        State::Suspended => "Suspended: takes no cards",
        State::Reported => "Reported: takes no cards while an incident is open",
        State::Returned => "Returned to the vendor",
        State::Retired => "Retired",
    }
}

pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Cleared => "The terminal is as it should be",
        Outcome::Returned => "The terminal went back to the vendor",
        Outcome::Gone => "The terminal is gone or broken for good",
    }
}

pub(crate) fn media_type(of: PictureType) -> &'static str {
    match of {
        PictureType::Jpeg => "image/jpeg",
        PictureType::Png => "image/png",
    }
}

/// A moment in the local time of a site, if its zone is known, and in UTC.
pub(crate) fn moment(moment: Moment, zone: Option<&Zone>) -> Vec<String> {
    let millis = i64::try_from(moment.millis()).unwrap_or(i64::MAX);
    let instant = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX);
    let local = zone.map(|zone| {
        let local = ZonedDateTime::new(instant, zone.rules().clone());
        let name = zone.rules().iana_name().unwrap_or_default();
        format!("{} ({name})", local.strftime("%-d %B %Y, %H:%M:%S UTC%:z"))
    });
    let utc = ZonedDateTime::new(instant, TimeZone::UTC);
    let utc = utc.strftime("%-d %B %Y, %H:%M:%S UTC").to_string();
    local.into_iter().chain([utc]).collect()
}

/// A whole number with thousands separators.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let places = digits.len();
    let separated = digits.chars().enumerate().flat_map(|(at, digit)| {
        let comma = (at > 0 && (places - at).is_multiple_of(3)).then_some(',');
        comma.into_iter().chain([digit])
    });
    separated.collect()
}

#[cfg(test)]
mod tests {
    use chargetap_fleet::moment::{Moment, Zone};

    #[test]
    fn a_moment_is_said_in_local_time_and_in_utc() {
        // 2026-10-25T01:30:00Z, just after clocks in Sweden were set back, by `date -d
        // @1792891800`.
        let moment = Moment::from_millis(1_792_891_800_000);
        let zone = Zone::find("Europe/Stockholm");
        assert_eq!(
            super::moment(moment, zone.as_ref()),
            [
                "25 October 2026, 02:30:00 UTC+01:00 (Europe/Stockholm)",
                "25 October 2026, 01:30:00 UTC"
            ]
        );
        assert_eq!(
            super::moment(moment, None),
            ["25 October 2026, 01:30:00 UTC"]
        );
    }

    #[test]
    fn thousands_are_apart() {
        let said = [0, 999, 1_000, 1_234_567].map(super::number);
        assert_eq!(said, ["0", "999", "1,000", "1,234,567"]);
    }
}
