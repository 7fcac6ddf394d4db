//! Memento (RFC 7089, pattern 1.2: a feature is its own time gate) and the OGC's draft "Versioned Features" (2026-04-27).

use crate::{
    App, Problem,
    ogc_common::{ROOT, http_date, link},
    ogc_features::edit::bad_date,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use meydan_kernel::{Error, Kind, Principal, Record, Register, Result, catalogue::Action, desk::Moment, query::Key};
use std::sync::Arc;

/// The header that asks for a time.
const ACCEPT_DATETIME: HeaderName = HeaderName::from_static("accept-datetime");
/// The header that tells from when on what is shown was so.
const MEMENTO_DATETIME: HeaderName = HeaderName::from_static("memento-datetime");
/// `application/link-format` (RFC 6690).
pub const LINK_FORMAT: &str = "application/link-format";

/// Which state of a feature is asked for, and what is said of its versions.
pub struct Past {
    instant: Option<Timestamp>,
    /// The state was chosen by `Accept-Datetime`.
    is_negotiated: bool,
    /// Who asks may see versions.
    is_told: bool,
    moments: Vec<Moment>,
    /// Address of the feature's collection of features.
    items: String,
}

impl Past {
    /// What is asked for: by the parameter, else by the header, else the state of now.
    ///
    /// # Errors
    /// `bad-date`; those of [`meydan_kernel::Desk::moments`].
    pub async fn asked(
        app: &App,
        principal: &Principal,
        register: &Arc<Register>,
        key: Key,
        by_parameter: Option<Timestamp>,
        headers: &HeaderMap,
        base: &str,
    ) -> Result<Self, Problem> {
        let is_told = !app.desk.access(principal, register, Action::History).is_none();
        let items = format!("{base}{ROOT}/collections/{}/items", register.name);
        let mut past = Self { instant: by_parameter, is_negotiated: false, is_told, moments: Vec::new(), items };
        if by_parameter.is_some() {
            if is_told {
                past.moments = app.desk.moments(principal, register, key).await.map_or_else(|_| Vec::new(), |(_, all)| all);
            }
            return Ok(past);
        }
        let Some(value) = headers.get(ACCEPT_DATETIME) else { return Ok(past) };
        let asked = value.to_str().ok().and_then(http_date::read).ok_or_else(|| bad_date("Accept-Datetime"))?;
        past.moments = app.desk.moments(principal, register, key).await?.1;
        past.instant = Some(chosen(&past.moments, asked).unwrap_or(asked));
        past.is_negotiated = true;
        Ok(past)
    }

    /// As of when; `None` is now.
    pub fn instant(&self) -> Option<Timestamp> {
        self.instant
    }

    /// Tells of the version shown and its neighbours.
    pub fn tell(&self, bearing: &mut Vec<(HeaderName, HeaderValue)>, record: &Record) {
        bearing.push((header::VARY, HeaderValue::from_static("Accept-Datetime")));
        if !self.is_told {
            return;
        }
        bearing.extend(http_date::header_value(record.recorded_at).map(|v| (MEMENTO_DATETIME, v)));
        let feature = format!("{}/{}", self.items, record.fid);
        let own = version_address(&feature, record.recorded_at);
        let mut links = vec![
            format!("<{feature}>; rel=\"original timegate\""),
            format!("<{own}>; rel=\"canonical\""),
            format!("<{feature}/versions>; rel=\"timemap\"; type=\"{LINK_FORMAT}\""),
            format!("<{feature}/versions>; rel=\"version-history\"; type=\"{}\"", link::JSON),
        ];
        let neighbour = |version: i64| self.moments.iter().find(|m| m.version == version && !m.deleted);
        for (rel, version) in [("predecessor-version", record.version - 1), ("successor-version", record.version + 1)] {
            if let Some(moment) = neighbour(version) {
                let when = http_date::write(moment.recorded_at);
                let place = version_address(&feature, moment.recorded_at);
                links.push(format!("<{place}>; rel=\"{rel} memento\"; datetime=\"{when}\""));
            }
        }
        bearing.extend(HeaderValue::try_from(links.join(", ")).map(|v| (header::LINK, v)));
        if self.is_negotiated {
            bearing.extend(HeaderValue::try_from(own).map(|v| (header::CONTENT_LOCATION, v)));
        }
    }
}

/// The address of a version for ever: the feature as of when it was recorded.
pub fn version_address(feature: &str, recorded_at: Timestamp) -> String {
    format!("{feature}?datetime={recorded_at}")
}

/// The version that a time gate leads to: the one of that second, else the first or the last that there was (RFC 7089, 4.5.3).
fn chosen(moments: &[Moment], asked: Timestamp) -> Option<Timestamp> {
    // HTTP's dates have no parts of a second: what was recorded within that second is meant, too.
    let end = asked.checked_add(SignedDuration::from_micros(999_999)).unwrap_or(asked);
    let states = || moments.iter().filter(|m| !m.deleted);
    states().rfind(|m| m.recorded_at <= end).or_else(|| states().next()).map(|m| m.recorded_at)
}

/// The error for a feature that is not there (any more, or at that time): 410 with where its last version is, for who may see that
/// it once was; else as it is.
pub async fn gone(
    app: &App,
    principal: &Principal,
    register: &Arc<Register>,
    key: Key,
    as_of: Option<Timestamp>,
    error: Error,
    base: &str,
) -> Problem {
    let is_told = !app.desk.access(principal, register, Action::History).is_none();
    if error.code() != "no-such-record" || !is_told {
        return error.into();
    }
    let Ok((_, moments)) = app.desk.moments(principal, register, key).await else { return error.into() };
    let (Some(last), Some(state)) = (moments.last(), moments.iter().rfind(|m| !m.deleted)) else { return error.into() };
    if as_of.is_none() && !last.deleted {
        return error.into();
    }
    let name = match key {
        Key::Id(id) => id.to_string(),
        Key::Fid(fid) => fid.to_string(),
    };
    let feature = format!("{base}{ROOT}/collections/{}/items/{name}", register.name);
    let links = [
        format!("<{}>; rel=\"latest-version\"", version_address(&feature, state.recorded_at)),
        format!("<{feature}>; rel=\"original timegate\""),
        format!("<{feature}/versions>; rel=\"timemap\"; type=\"{LINK_FORMAT}\""),
        format!("<{feature}/versions>; rel=\"version-history\"; type=\"{}\"", link::JSON),
    ];
    let error = Error::new(
        Kind::NotFound,
        "gone",
        format!("{name} kaydı “{}” kütüğünde artık yok ya da o tarihte yoktu.", register.title.tr),
        format!("The record {name} is no longer in the register “{}”, or was not then.", register.title.en),
    )
    .hint("Sürümleri “version-history” bağlantısındadır.", "Its versions are at the link “version-history”.");
    let problem = Problem::with_status(error, StatusCode::GONE);
    match HeaderValue::try_from(links.join(", ")) {
        Ok(links) => problem.bearing(header::LINK, links),
        Err(_) => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_gate_leads_to_the_version_of_that_second_or_the_nearest() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let moment = |version, text, deleted| Moment { version, recorded_at: at(text), deleted };
        let all = [
            moment(1, "2026-01-01T10:00:00.25Z", false),
            moment(2, "2026-01-01T10:00:05.5Z", false),
            moment(3, "2026-01-02T00:00:00Z", true),
        ];
        let leads = |text| chosen(&all, at(text)).expect("a version");
        assert_eq!(leads("2026-01-01T10:00:00Z"), all[0].recorded_at, "what Memento-Datetime says comes back to itself");
        assert_eq!(leads("2026-01-01T10:00:05Z"), all[1].recorded_at);
        assert_eq!(leads("2025-01-01T00:00:00Z"), all[0].recorded_at, "before the first");
        assert_eq!(leads("2026-02-01T00:00:00Z"), all[1].recorded_at, "after the end");
        assert_eq!(chosen(&[], at("2026-01-01T10:00:00Z")), None);
    }
}
