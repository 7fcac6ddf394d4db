//! `meydan_intersects(geom, wkb)` and `meydan_related(geom, wkb, name)`: the exact predicates behind CQL2's spatial functions.

use super::blob;
use meydan_geo::{
    Wkb,
    relate::{Fixed, Relation},
};
use rusqlite::functions::Context;

/// The literal geometry of a statement, read once.
struct Literal {
    geometry: Wkb,
    bbox: Option<meydan_geo::Bbox>,
}

/// NULL where the row has no geometry; else whether it shares a point with the literal.
pub(super) fn intersects(ctx: &Context<'_>) -> rusqlite::Result<Option<bool>> {
    let Some(blob) = ctx.get_raw(0).as_blob_or_null()? else { return Ok(None) };
    let literal = ctx.get_or_create_aux(1, |value| -> rusqlite::Result<Literal> {
        let geometry = Wkb::from_trusted(value.as_blob()?).map_err(|e| rusqlite::Error::UserFunctionError(Box::new(e)))?;
        Ok(Literal { bbox: geometry.bbox(), geometry })
    })?;
    // Most rows are far away: the box in the blob's header answers for them without reading the geometry.
    match (blob::bbox(blob), literal.bbox) {
        (Some(a), Some(b)) if a.intersects(&b) => {}
        _ => return Ok(Some(false)),
    }
    let found = blob::wkb(blob).and_then(|wkb| Wkb::from_trusted(wkb).ok());
    Ok(found.map(|found| meydan_geo::relate::intersects(&found, &literal.geometry)))
}

/// NULL where the row has no geometry; else whether it has the relation to the literal.
pub(super) fn related(ctx: &Context<'_>) -> rusqlite::Result<Option<bool>> {
    let Some(blob) = ctx.get_raw(0).as_blob_or_null()? else { return Ok(None) };
    let literal = ctx.get_or_create_aux(1, |value| -> rusqlite::Result<Fixed> {
        let geometry = Wkb::from_trusted(value.as_blob()?).map_err(|e| rusqlite::Error::UserFunctionError(Box::new(e)))?;
        Ok(Fixed::of(&geometry))
    })?;
    let name = ctx.get_raw(2).as_str()?;
    let Some(relation) = Relation::ALL.into_iter().find(|r| r.function() == name) else { return Ok(None) };
    match blob::bbox(blob) {
        Some(bbox) if literal.may_hold(relation, &bbox) => {}
        _ => return Ok(Some(false)),
    }
    let found = blob::wkb(blob).and_then(|wkb| Wkb::from_trusted(wkb).ok());
    Ok(found.map(|found| literal.holds(relation, &found)))
}
