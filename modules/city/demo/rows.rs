//! From the city's things to edits of the city's registers.

use super::convex::Point;
use meydan_geo::Wkb;
use meydan_kernel::{Catalogue, Error, Result, Value, desk::Edit};
use std::collections::HashMap;
use uuid::Uuid;

/// The registers and fields that the sample city fills.
const NEEDED: &[(&str, &[&str])] = &[
    ("province", &["official_id", "name", "population", "area_km2", "origin"]),
    ("district", &["official_id", "name", "province", "population", "area_km2", "origin"]),
    ("neighbourhood", &["official_id", "name", "district", "population", "postal_code", "origin"]),
    ("land_cover", &["name", "kind", "origin"]),
    ("street", &["official_id", "name", "type", "neighbourhood", "maintained_by", "origin"]),
    ("street_centreline", &["official_id", "street", "class", "width", "surface", "origin"]),
    ("street_side", &["official_code", "centreline", "side", "neighbourhood", "uavt_code", "origin"]),
    ("parcel", &["number", "block", "parcel", "neighbourhood", "kind", "area_m2", "origin"]),
    (
        "building",
        &[
            "official_id",
            "name",
            "kind",
            "status",
            "floors",
            "floors_below",
            "built_year",
            "units",
            "neighbourhood",
            "parcel",
            "origin",
        ],
    ),
    (
        "door",
        &[
            "official_id",
            "number",
            "number_value",
            "number_suffix",
            "type",
            "status",
            "street",
            "side",
            "building",
            "parcel",
            "main_door",
            "neighbourhood",
            "postal_code",
            "origin",
        ],
    ),
    ("independent_unit", &["address_code", "inner_number", "building", "door", "floor", "use", "origin"]),
    ("park", &["official_id", "name", "kind", "neighbourhood", "area_m2", "accessible", "origin"]),
    ("point_of_interest", &["official_id", "name", "service_type", "kind", "neighbourhood", "door", "origin"]),
];

/// Milliseconds of the first identifier: 2026-01-01T00:00:00Z.
const FIRST_INSTANT_MS: u64 = 1_767_225_600_000;

/// Where each register has its fields.
pub(super) struct Sheets {
    fields: HashMap<&'static str, HashMap<&'static str, usize>>,
    seed: u64,
}

/// Kinds of things, as identifiers tell them apart.
#[derive(Debug, Clone, Copy)]
pub(super) enum Thing {
    Administrative,
    Neighbourhood,
    Ground,
    Street,
    Centreline,
    Side,
    Parcel,
    Building,
    Door,
    Unit,
    Park,
    Place,
}

impl Sheets {
    /// # Errors
    /// `demo-definitions` if the city's definitions lack a register or field that the sample city fills.
    pub(super) fn new(catalogue: &Catalogue, seed: u64) -> Result<Self> {
        let mut fields = HashMap::new();
        for (name, needed) in NEEDED {
            let register = catalogue.register(name)?;
            let mut places = HashMap::new();
            for field in *needed {
                let index = register.field_index(field).ok_or_else(|| {
                    Error::invalid(
                        "demo-definitions",
                        format!("Örnek kent “{name}” kütüğünde “{field}” alanını bekliyor."),
                        format!("The sample city expects the field “{field}” in the register “{name}”."),
                    )
                })?;
                places.insert(*field, index);
            }
            fields.insert(*name, places);
        }
        Ok(Self { fields, seed })
    }

    /// The identifier of the `index`th thing of a kind in a part of the city (0 for the whole, else a cell): the same for the
    /// same seed, and growing in the order of writing.
    pub(super) fn id(&self, part: usize, thing: Thing, index: usize) -> Uuid {
        let count = ((part as u64) << 24) | ((thing as u64) << 20) | index as u64;
        let mut random = super::random::Random::of(self.seed, &[6, count as i64]);
        let mut tail = [0; 10];
        tail[2..].copy_from_slice(&random.bits().to_be_bytes());
        // Twelve bits of the count stand before the random ones, so that ids of one millisecond are in order too.
        tail[0] = ((count & 0xfff) >> 8) as u8;
        tail[1] = (count & 0xff) as u8;
        uuid::Builder::from_unix_timestamp_millis(FIRST_INSTANT_MS + (count >> 12), &tail).into_uuid()
    }

    /// A new record.
    pub(super) fn row(&self, register: &'static str, id: Uuid, geometry: Option<Wkb>, set: &[(&str, Value)]) -> (String, Edit) {
        let places = self.fields.get(register);
        let placed = set.iter().filter_map(|(name, value)| Some((*places?.get(name)?, value.clone())));
        let mut set: Vec<(usize, Value)> = placed.collect();
        if let Some(origin) = places.and_then(|p| p.get("origin")) {
            set.push((*origin, text("generated")));
        }
        (register.to_owned(), Edit::Insert { id: Some(id), set, geometry })
    }
}

/// A text value.
pub(super) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

/// A reference, if there is one.
pub(super) fn reference(id: Option<Uuid>) -> Value {
    id.map_or(Value::Null, Value::Reference)
}

/// Metres as longitude and latitude.
fn positions(line: &[Point]) -> Vec<(f64, f64)> {
    let mut positions: Vec<(f64, f64)> = line.iter().map(|p| super::terrain::lon_lat(*p)).collect();
    positions.dedup();
    positions
}

/// An area by its outline.
pub(super) fn area(ring: &[Point]) -> Option<Wkb> {
    let mut ring = positions(ring);
    if ring.last() != ring.first() {
        ring.push(*ring.first()?);
    }
    Wkb::polygon(&[ring])
}

/// A line.
pub(super) fn line(line: &[Point]) -> Option<Wkb> {
    Wkb::line_string(&positions(line))
}

/// Several lines.
pub(super) fn lines(lines: &[Vec<Point>]) -> Option<Wkb> {
    let mut writer = meydan_geo::parts::Writer::default();
    writer.group(meydan_geo::GeometryType::MultiLineString, lines.len());
    lines.iter().for_each(|line| writer.line_string(&positions(line)));
    writer.finish()
}

/// A point.
pub(super) fn point(at: Point) -> Option<Wkb> {
    let (x, y) = super::terrain::lon_lat(at);
    Wkb::point(x, y)
}
