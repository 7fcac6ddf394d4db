//! What somebody has typed so far: each page of the form carries what the others asked, so that it works without script and
//! nothing is kept of who doesn't send it.

use super::place::Place;
use crate::pages::{page::Visit, params::Params};
use meydan_kernel::Lang;
use serde_json::{Map, Value as Json, json};

/// The inputs of all steps; those of the register bear its fields' names.
const NAMES: [&str; 13] = [
    "at",
    "category",
    "kind",
    "description",
    "join",
    "anonymous",
    "applicant_name",
    "applicant_phone",
    "applicant_email",
    "applicant_national_id",
    "applicant_address",
    "consent",
    "q",
];
/// The kinds of request that a law lets nobody make anonymously.
const BY_LAW: [&str; 2] = ["petition", "information_request"];
/// Kind of who doesn't say.
const KIND: &str = "complaint";

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct Draft(Params);

impl Draft {
    /// Of a form, or of a link that fills some of it.
    pub fn of(form: &Params) -> Self {
        let pairs = NAMES.into_iter().filter_map(|name| Some((name, form.get(name)?.trim())));
        Self(pairs.fold(Params::default(), |all, (name, value)| all.with(name, value)))
    }

    /// One input; empty if nothing stands in it.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_default()
    }

    /// The same with something set.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        Self(self.0.with(name, value))
    }

    /// True if a box is ticked.
    pub fn is(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// The kind.
    pub fn kind(&self) -> &str {
        Some(self.get("kind")).filter(|k| !k.is_empty()).unwrap_or(KIND)
    }

    /// True if the law asks for name and address.
    pub fn by_law(&self) -> bool {
        BY_LAW.contains(&self.kind())
    }

    /// What the page must carry along: all but the inputs that it shows.
    pub fn hidden(&self, shown: &[&str]) -> Vec<(String, String)> {
        self.0.pairs().iter().filter(|(name, _)| !shown.contains(&name.as_str())).cloned().collect()
    }

    /// The request as JSON by field names. Who stays anonymous gives no name, no number, no address.
    pub fn request(&self, visit: &Visit, place: Option<&Place>, confirmed: bool) -> Map<String, Json> {
        let anonymous = self.is("anonymous");
        let mut map = Map::new();
        let mut put = |name: &str, value: &str| {
            if !value.is_empty() {
                map.insert(name.to_owned(), json!(value));
            }
        };
        put("kind", self.kind());
        put("channel", "web");
        put("language", if visit.lang == Lang::Tr { "tr" } else { "en" });
        put("category", self.get("category"));
        put("duplicate_of", self.get("join"));
        put("description", self.get("description"));
        put("applicant_email", self.get("applicant_email"));
        // People write 0532 …; the register has +90532….
        let phone = meydan_identity::Contact::phone(self.get("applicant_phone"));
        put("applicant_phone", phone.as_ref().map_or(self.get("applicant_phone"), |phone| phone.address()));
        for name in ["applicant_name", "applicant_national_id", "applicant_address"].into_iter().filter(|_| !anonymous) {
            put(name, self.get(name));
        }
        if let Some(place) = place {
            put("address", &place.address);
            put("street", &place.street.map(|id| id.to_string()).unwrap_or_default());
            put("neighbourhood", &place.neighbourhood.map(|id| id.to_string()).unwrap_or_default());
        }
        map.insert("anonymous".to_owned(), json!(anonymous));
        map.insert("contact_confirmed".to_owned(), json!(confirmed));
        map
    }
}
