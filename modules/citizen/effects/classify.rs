//! `classify`: what a request's category and place say of it.

use crate::citizen::{
    SERVICE_HOURS,
    picture::{Category, Known},
    place,
};
use meydan_kernel::{Bilingual, Record};
use meydan_kernel::{
    Error, Result, Value,
    desk::{Deed, Effect, Event},
    error::FieldError,
    permission::Capacity,
};
use std::sync::Arc;

/// Limit: characters of the subject (as the register has it).
const MAX_SUBJECT: usize = 200;
/// Kinds to which the laws give a form of their own: with a name, and never in public.
const FORMAL: [&str; 2] = ["petition", "information_request"];
/// Kinds that are about a place, if the category is.
const PLACED: [&str; 2] = ["complaint", "request"];
/// Kinds that may be shown to everybody.
const SHOWN: [&str; 3] = ["complaint", "request", "suggestion"];

/// Fills place, service standard, priority, subject and whether it is public; refuses what the category or the law wants and lacks.
pub(super) struct Classify {
    pub(super) known: Arc<Known>,
}

/// Names of where it is.
#[derive(Default)]
struct Where {
    street: Option<String>,
    neighbourhood: Option<String>,
}

#[async_trait::async_trait]
impl Effect for Classify {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        let picture = self.known.now(deed).await?;
        let category = deed.reference("category").and_then(|id| picture.categories.get(&id));
        refuse(deed, category)?;
        self.see_named(deed).await?;
        if deed.event == Event::Opened && !has_confirmed(deed) {
            deed.set("contact_confirmed", Value::Bool(false));
        }
        let before = |deed: &Deed<'_>, field: &str| deed.before.and_then(|b| b.value(deed.register, field)).cloned();
        let opened = deed.event == Event::Opened;
        let moved = opened || before(deed, "category").as_ref() != Some(deed.value("category"));
        if moved {
            fill(deed, category, opened);
        }
        let shown = SHOWN.contains(&deed.text("kind")) && category.is_none_or(|c| c.public);
        let public = match opened {
            true => shown && category.is_some(),
            // What somebody has taken from the public doesn't come back by itself.
            false => shown && *deed.value("public") == Value::Bool(true),
        };
        deed.set("public", Value::Bool(public));
        let names = self.find_place(deed, opened).await?;
        let old = before(deed, "category").and_then(|v| match v {
            Value::Reference(id) => picture.categories.get(&id).map(|c| c.title.clone()),
            _ => None,
        });
        let written = deed.text("subject").trim().to_owned();
        let by_itself = written.is_empty() || (moved && old.is_some_and(|title| written.starts_with(&title)));
        if by_itself {
            let subject = subject(deed, category, names).await?;
            deed.set("subject", Value::Text(subject));
        }
        Ok(())
    }
}

impl Classify {
    /// A request that this one repeats is named only by who may read it; another is not looked for.
    async fn see_named(&self, deed: &mut Deed<'_>) -> Result<()> {
        let Some(named) = deed.reference("duplicate_of").filter(|_| deed.event == Event::Opened) else { return Ok(()) };
        let named = place::referred(deed, &deed.register.name, Some(named)).await?;
        if !named.is_some_and(|case| place::is_seen(deed, &case)) {
            deed.set("duplicate_of", Value::Null);
        }
        Ok(())
    }

    /// Street and neighbourhood from the point, where nobody has said them.
    async fn find_place(&self, deed: &mut Deed<'_>, opened: bool) -> Result<Where> {
        let mut names = Where::default();
        let Some(at) = deed.after.geometry.as_ref().and_then(place::position).filter(|_| opened) else { return Ok(names) };
        if deed.reference("neighbourhood").is_none()
            && let Some(found) = place::neighbourhood_at(deed, at).await?
        {
            names.neighbourhood = place::text_of(deed, "neighbourhood", &found, "name");
            deed.set("neighbourhood", Value::Reference(found.id));
        }
        if deed.reference("street").is_none()
            && let Some(found) = place::street_near(deed, at).await?
        {
            names.street = place::text_of(deed, "street", &found, "name");
            deed.set("street", Value::Reference(found.id));
        }
        Ok(names)
    }
}

/// True if who opens a request may say that its contact is confirmed: the house, and who proved it a moment ago by a code.
fn has_confirmed(deed: &Deed<'_>) -> bool {
    match deed.principal.capacity {
        Capacity::Operator | Capacity::Post(_) => true,
        Capacity::Everyone => deed.principal.is_verified(),
        _ => false,
    }
}

fn fill(deed: &mut Deed<'_>, category: Option<&Category>, opened: bool) {
    let hours = category.map_or(SERVICE_HOURS, |c| c.service_hours);
    if !opened || deed.value("service_hours").is_null() {
        deed.set("service_hours", Value::Int(hours));
    }
    let given = deed.before.and_then(|b| b.value(deed.register, "priority")).cloned();
    let unsaid = match &given {
        None => deed.text("priority") == "normal",
        Some(before) => before == deed.value("priority"),
    };
    if let Some(category) = category.filter(|_| unsaid) {
        deed.set("priority", Value::Text(category.priority.clone()));
    }
}

fn refuse(deed: &Deed<'_>, category: Option<&Category>) -> Result<()> {
    let kind = deed.text("kind");
    let mut faults: Vec<FieldError> = Vec::new();
    let mut fault = |field: &str, tr: &str, en: &str| {
        faults.push(FieldError { field: field.to_owned(), message: Bilingual::new(tr, en) });
    };
    let anonymous = *deed.value("anonymous") == Value::Bool(true);
    let nameless = anonymous || deed.text("applicant_name").trim().is_empty();
    if FORMAL.contains(&kind) && anonymous {
        fault("anonymous", "dilekçe ve bilgi edinme başvurusu adsız olamaz", "not for petitions and information requests");
    }
    let Some(category) = category else { return answer(faults) };
    if deed.event == Event::Opened && !category.active {
        fault("category", "bu konu artık kullanılmıyor", "this category is no longer in use");
    }
    if !category.anonymous && nameless {
        fault("applicant_name", "bu konuda ad ve soyad gerekir", "this category needs a name");
    }
    let placed = deed.after.geometry.is_some()
        || ["neighbourhood", "street"].iter().any(|f| deed.reference(f).is_some())
        || !deed.text("address").trim().is_empty();
    if category.needs_place && PLACED.contains(&kind) && !placed {
        fault(
            "geometry",
            "bu konuda yer gerekir: haritada gösterin ya da adresi yazın",
            "this category needs a place: show it on the map or write the address",
        );
    }
    answer(faults)
}

fn answer(faults: Vec<FieldError>) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    Err(Error::invalid(
        "invalid-record",
        "Başvuru bu konu için eksik ya da uygun değil.",
        "The request lacks something for its category.",
    )
    .hint("Adı verilen alanları düzeltin; hiçbir şey değiştirilmedi.", "Correct the fields named; nothing was changed.")
    .with_fields(faults))
}

/// What it is called in lists and, if it is public, on the map: category and place, nothing of the applicant.
async fn subject(deed: &Deed<'_>, category: Option<&Category>, names: Where) -> Result<String> {
    let about = match category {
        Some(category) => category.title.clone(),
        None => kind_title(deed),
    };
    let name = |register: &str, record: Option<Record>| record.and_then(|r| place::text_of(deed, register, &r, "name"));
    let street = match names.street {
        Some(name) => Some(name),
        None => name("street", place::referred(deed, "street", deed.reference("street")).await?),
    };
    let neighbourhood = match names.neighbourhood {
        Some(name) => Some(name),
        None => name("neighbourhood", place::referred(deed, "neighbourhood", deed.reference("neighbourhood")).await?),
    };
    let neighbourhood = neighbourhood.map(|n| if n.ends_with("Mahallesi") { n } else { format!("{n} Mahallesi") });
    let parts: Vec<String> = [Some(about), street, neighbourhood].into_iter().flatten().collect();
    Ok(parts.join(", ").chars().take(MAX_SUBJECT).collect())
}

fn kind_title(deed: &Deed<'_>) -> String {
    let list = deed.catalogue.code_lists.get("request_kind");
    list.and_then(|l| l.get(deed.text("kind"))).map_or_else(|| deed.text("kind").to_owned(), |code| code.title.tr.clone())
}
