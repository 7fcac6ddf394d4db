//! `route`: which unit a request goes to. By rule, by the owner of the road, by category; never to none.

use crate::{
    citizen::{
        picture::{Known, Picture, Rule},
        place,
    },
    work::holders,
};
use meydan_geo::{Wkb, relate};
use meydan_kernel::{
    Error, Kind, Result, Value,
    catalogue::workflow::field,
    desk::{Deed, Effect, Event},
};
use std::sync::Arc;
use uuid::Uuid;

/// What routing goes by: if none of it changed, the unit that has the request keeps it.
const DECIDES: [&str; 4] = ["kind", "category", "neighbourhood", "street"];

/// Chooses the unit, unless somebody has said it with the same deed.
pub(super) struct Route {
    pub(super) known: Arc<Known>,
}

#[async_trait::async_trait]
impl Effect for Route {
    async fn run(&self, deed: &mut Deed<'_>) -> Result<()> {
        if is_decided(deed) {
            return Ok(());
        }
        let picture = self.known.now(deed).await?;
        let unit = choose(deed, &picture).await?;
        deed.set(field::UNIT, Value::Reference(unit));
        Ok(())
    }
}

/// True if somebody has named the unit, or nothing says that it should be another now.
fn is_decided(deed: &Deed<'_>) -> bool {
    let Some(before) = deed.before.filter(|_| deed.event != Event::Opened) else {
        return deed.reference(field::UNIT).is_some();
    };
    let same = |name: &str| before.value(deed.register, name) == Some(deed.value(name));
    deed.reference(field::UNIT).is_some() && (!same(field::UNIT) || DECIDES.iter().all(|name| same(name)))
}

async fn choose(deed: &Deed<'_>, picture: &Picture) -> Result<Uuid> {
    let day = deed.principal.today();
    let open = |unit: &Uuid| holders::is_open(deed.directory, *unit, day);
    let category = deed.reference("category");
    let known = category.and_then(|id| picture.categories.get(&id));
    let at = Place::of(deed, picture, category).await?;
    if let Some(rule) = picture.rules.iter().find(|rule| open(&rule.unit) && holds(rule, deed, picture, &at)) {
        return Ok(rule.unit);
    }
    if known.is_some_and(|c| c.by_owner)
        && at.owner.as_deref() == Some("district")
        && let Some(unit) = at.municipality(deed, picture).filter(open)
    {
        return Ok(unit);
    }
    if let Some(unit) = known.and_then(|c| c.unit).filter(open) {
        return Ok(unit);
    }
    let first = if deed.text("kind") == "information_request" { "information_officer" } else { "call_centre_agent" };
    let roles = [first, "call_centre_agent", "information_officer", "secretary_general"];
    roles.iter().find_map(|role| holders::unit_with(deed.directory, role, day)).ok_or_else(nowhere)
}

/// Where it is, as far as a rule or the category asks.
#[derive(Default)]
struct Place {
    point: Option<Wkb>,
    neighbourhood: Option<Uuid>,
    district: Option<Uuid>,
    owner: Option<String>,
}

impl Place {
    async fn of(deed: &Deed<'_>, picture: &Picture, category: Option<Uuid>) -> Result<Self> {
        let mut place = Self { neighbourhood: deed.reference("neighbourhood"), ..Self::default() };
        place.point = deed.after.geometry.as_ref().and_then(place::position).and_then(|(x, y)| Wkb::point(x, y));
        let by_owner = category.and_then(|id| picture.categories.get(&id)).is_some_and(|c| c.by_owner);
        if by_owner || picture.rules.iter().any(|r| r.owner.is_some()) {
            let street = place::referred(deed, "street", deed.reference("street")).await?;
            place.owner = street.and_then(|s| place::text_of(deed, "street", &s, "maintained_by"));
        }
        let of_district = by_owner && place.owner.as_deref() == Some("district") && place.point.is_none();
        if of_district || picture.rules.iter().any(|r| r.district.is_some()) {
            let record = place::referred(deed, "neighbourhood", place.neighbourhood).await?;
            place.district = record.as_ref().and_then(|r| place::id_of(deed, "neighbourhood", r, "district"));
            // Without a point the neighbourhood's own middle says which municipality it is.
            if of_district {
                let inside = record.and_then(|r| r.geometry).and_then(|g| meydan_geo::measure::point_on_surface(&g));
                place.point = inside.and_then(|(x, y)| Wkb::point(x, y));
            }
        }
        Ok(place)
    }

    /// The district municipality whose area holds the place.
    fn municipality(&self, deed: &Deed<'_>, picture: &Picture) -> Option<Uuid> {
        let point = self.point.as_ref()?;
        let holds = |id: &Uuid| {
            let area = deed.directory.unit(*id).and_then(|u| u.area.as_ref());
            area.is_some_and(|area| relate::intersects(area, point))
        };
        picture.districts.iter().copied().find(holds)
    }
}

fn holds(rule: &Rule, deed: &Deed<'_>, picture: &Picture, at: &Place) -> bool {
    let category = deed.reference("category");
    rule.kind.as_deref().is_none_or(|kind| kind == deed.text("kind"))
        && rule.category.is_none_or(|wanted| category.is_some_and(|c| picture.line(c).any(|id| id == wanted)))
        && rule.neighbourhood.is_none_or(|wanted| at.neighbourhood == Some(wanted))
        && rule.district.is_none_or(|wanted| at.district == Some(wanted))
        && rule.owner.as_deref().is_none_or(|wanted| at.owner.as_deref() == Some(wanted))
        && rule.area.as_ref().is_none_or(|area| at.point.as_ref().is_some_and(|p| relate::intersects(area, p)))
}

fn nowhere() -> Error {
    Error::new(
        Kind::Conflict,
        "no-unit",
        "Başvurunun gideceği bir birim yok: konunun birimi, çağrı merkezi ya da bilgi edinme birimi tanımlı değil.",
        "There is no unit for the request to go to: none for its category, no call centre, no information unit.",
    )
    .hint(
        "Konunun birimini yazın ya da çağrı merkezi görevi tanımlayın.",
        "Name the category's unit, or a post of the call centre.",
    )
}
