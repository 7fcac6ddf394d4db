//! Tiles as an independent decoder reads them: geometry within the box, rings closed, simple and wound right, attributes and
//! ids as put in; and an index after any changes gives the bytes of an index built anew.

use fast_mvt::{MvtGeometry, MvtReaderRef, MvtValueRef};
use meydan_geo::{
    GeometryType, Wkb,
    tiles::{
        Attribute, Encoded, LayerIndex, Scratch, TileId, encode,
        generalise::{MAX_TILE_BYTES, MAX_TILE_FEATURES},
        grid::{BUFFER, EXTENT, MAX_ZOOM},
    },
    validity,
};
use proptest::prelude::*;

type Position = (f64, f64);

/// Longitude and latitude of a place in a tile, in tile units.
fn at(tile: TileId, x: f64, y: f64) -> Position {
    let n = f64::from(1u32 << tile.z());
    let (u, v) = ((f64::from(tile.x()) + x / 4096.0) / n, (f64::from(tile.y()) + y / 4096.0) / n);
    let latitude = (std::f64::consts::PI * (1.0 - 2.0 * v)).sinh().atan().to_degrees();
    (u * 360.0 - 180.0, latitude)
}

fn tile(z: u8, x: u32, y: u32) -> TileId {
    TileId::new(z, x, y).expect("a tile of the grid")
}

/// The tile of Trabzon's square at a zoom.
fn square(z: u8) -> TileId {
    let (x, y) = (39_996u32, 24_581u32);
    if z <= 16 { tile(z, x >> (16 - z), y >> (16 - z)) } else { tile(z, x << (z - 16), y << (z - 16)) }
}

fn head(out: &mut Vec<u8>, kind: u32) {
    out.push(1);
    out.extend_from_slice(&kind.to_le_bytes());
}

fn positions(out: &mut Vec<u8>, positions: &[Position]) {
    out.extend_from_slice(&(positions.len() as u32).to_le_bytes());
    for (x, y) in positions {
        out.extend_from_slice(&x.to_le_bytes());
        out.extend_from_slice(&y.to_le_bytes());
    }
}

fn line(of: &[Position]) -> Wkb {
    let mut out = Vec::new();
    head(&mut out, 2);
    positions(&mut out, of);
    Wkb::parse(&out).expect("a line")
}

/// Polygons with rings that need not be closed yet.
fn areas(polygons: &[Vec<Vec<Position>>]) -> Wkb {
    let mut out = Vec::new();
    head(&mut out, 6);
    out.extend_from_slice(&(polygons.len() as u32).to_le_bytes());
    for rings in polygons {
        head(&mut out, 3);
        out.extend_from_slice(&(rings.len() as u32).to_le_bytes());
        for ring in rings {
            let mut closed = ring.clone();
            closed.extend(ring.first());
            positions(&mut out, &closed);
        }
    }
    Wkb::parse(&out).expect("areas")
}

fn one(geometry: &Wkb, tile: TileId) -> Encoded {
    let mut index = LayerIndex::new(vec!["name".into()]);
    index.put(1, Some(geometry), &[Attribute::Text("Meydan Parkı")]);
    encode(&index, "park", tile, &mut Scratch::default())
}

/// Every rule that a tile must keep; returns its features' geometries.
fn examine(encoded: &Encoded) -> Vec<MvtGeometry> {
    let reader = MvtReaderRef::new(&encoded.bytes).expect("an independent decoder reads the tile");
    assert!(encoded.bytes.len() <= MAX_TILE_BYTES + 2000 && encoded.features <= MAX_TILE_FEATURES);
    let mut out = Vec::new();
    for layer in reader.layers() {
        assert_eq!((layer.version(), layer.extent()), (2, EXTENT as u32));
        let mut values: Vec<String> = layer.values().map(|v| format!("{v:?}")).collect();
        let all = values.len();
        values.sort_unstable();
        values.dedup();
        assert_eq!(values.len(), all, "each value once");
        for feature in layer.features() {
            feature.properties_vec().expect("tags in pairs, within the tables");
            let geometry = feature.geometry().expect("commands as specified");
            examine_geometry(&geometry);
            out.push(geometry);
        }
    }
    assert_eq!(out.len(), encoded.features as usize);
    out
}

fn examine_geometry(geometry: &MvtGeometry) {
    let within = |x: i32, y: i32| {
        let all = -BUFFER..=EXTENT + BUFFER;
        assert!(all.contains(&x) && all.contains(&y), "({x}, {y}) is outside of the buffer");
    };
    match geometry {
        MvtGeometry::Polygon(p) => examine_areas(std::slice::from_ref(p), within),
        MvtGeometry::MultiPolygon(all) => examine_areas(&all.0, within),
        MvtGeometry::LineString(l) => examine_line(&l.0, within),
        MvtGeometry::MultiLineString(all) => all.0.iter().for_each(|l| examine_line(&l.0, within)),
        MvtGeometry::Point(p) => within(p.x(), p.y()),
        MvtGeometry::MultiPoint(all) => all.0.iter().for_each(|p| within(p.x(), p.y())),
        other => panic!("no such geometry was put in: {other:?}"),
    }
}

fn examine_line(line: &[geo_types::Coord<i32>], within: impl Fn(i32, i32)) {
    assert!(line.len() >= 2);
    line.iter().for_each(|c| within(c.x, c.y));
    assert!(line.windows(2).all(|pair| pair[0] != pair[1]), "no segment without length");
}

fn examine_areas(polygons: &[geo_types::Polygon<i32>], within: impl Fn(i32, i32)) {
    let mut rings = Vec::new();
    for polygon in polygons {
        let mut of = Vec::new();
        for (at, ring) in std::iter::once(polygon.exterior()).chain(polygon.interiors()).enumerate() {
            ring.0.iter().for_each(|c| within(c.x, c.y));
            assert!(ring.0.len() >= 4 && ring.0.first() == ring.0.last(), "a closed ring of at least three sides");
            let area: i64 =
                ring.0.windows(2).map(|p| i64::from(p[0].x) * i64::from(p[1].y) - i64::from(p[1].x) * i64::from(p[0].y)).sum();
            assert!(if at == 0 { area > 0 } else { area < 0 }, "ring {at} is wound the wrong way: {area}");
            of.push(ring.0.iter().skip(1).map(|c| (f64::from(c.x), f64::from(c.y))).collect::<Vec<_>>());
        }
        rings.push(of);
    }
    let wkb = areas(&rings);
    assert_eq!(wkb.geometry_type(), GeometryType::MultiPolygon);
    assert_eq!(validity::check(&wkb), None, "the area is invalid on the grid: {rings:?}");
}

#[test]
fn attributes_and_ids_arrive_as_they_were_put_in() {
    let fields = ["name", "floors", "height", "listed", "note", "depth", "huge"];
    let mut index = LayerIndex::new(fields.map(str::to_owned).to_vec());
    let z16 = square(16);
    let (x, y) = at(z16, 1000.0, 2000.0);
    let here = Wkb::point(x, y).expect("finite");
    use Attribute::*;
    let values = [Text("Ayasofya Camii, Ortahisar"), Int(2), Real(24.5), Bool(true), Null, Int(-3), Int(i64::MIN)];
    index.put(41, Some(&here), &values);
    let encoded = encode(&index, "building", z16, &mut Scratch::default());
    let reader = MvtReaderRef::new(&encoded.bytes).expect("readable");
    let layer = reader.layers().next().expect("one layer");
    assert_eq!(layer.name(), "building");
    assert_eq!(layer.keys(), ["name", "floors", "height", "listed", "depth", "huge"], "only keys in use");
    let feature = layer.features().next().expect("one feature");
    assert_eq!(feature.id(), Some(41));
    let got = feature.properties_vec().expect("readable");
    assert!(matches!(got[0], ("name", MvtValueRef::String("Ayasofya Camii, Ortahisar"))), "{got:?}");
    let texts: Vec<String> = got.iter().map(|(k, v)| format!("{k}={v:?}")).collect();
    for (expected, text) in ["2", "24.5", "true", "-3", "-9223372036854775808"].iter().zip(&texts[1..]) {
        assert!(text.contains(expected), "{text} should hold {expected}");
    }
    assert_eq!(examine(&encoded), [MvtGeometry::Point((1000, 2000).into())]);
}

#[test]
fn a_house_is_the_same_house_and_its_neighbour_tile_shows_it_in_the_buffer() {
    let z16 = square(16);
    let house = areas(&[vec![vec![at(z16, 4050., 10.), at(z16, 4080., 10.), at(z16, 4080., 40.), at(z16, 4050., 40.)]]]);
    let here = examine(&one(&house, z16));
    let MvtGeometry::Polygon(p) = &here[0] else { panic!("{here:?}") };
    let got: Vec<(i32, i32)> = p.exterior().0.iter().map(|c| (c.x, c.y)).collect();
    let corners = [(4050, 10), (4080, 10), (4080, 40), (4050, 40)];
    assert!(corners.iter().all(|c| got.contains(c)) && got.len() == 5, "{got:?}");
    let east = tile(16, z16.x() + 1, z16.y());
    let north = tile(16, z16.x(), z16.y() - 1);
    let far = tile(16, z16.x() + 2, z16.y());
    assert_eq!(examine(&one(&house, east)).len(), 1);
    assert_eq!(examine(&one(&house, north)).len(), 1);
    assert!(one(&house, far).bytes.is_empty());
}

#[test]
fn an_area_over_many_tiles_fills_the_one_within_and_leaves_its_hole_out() {
    let z16 = square(16);
    let corner = |d: f64| vec![at(z16, -d, -d), at(z16, 4096. + d, -d), at(z16, 4096. + d, 4096. + d), at(z16, -d, 4096. + d)];
    let full = examine(&one(&areas(&[vec![corner(50_000.)]]), z16));
    let MvtGeometry::Polygon(p) = &full[0] else { panic!("{full:?}") };
    assert_eq!(p.exterior().0.len(), 5);
    // The hole is larger than the tile: nothing is left of the area here, though its box covers the tile.
    assert!(one(&areas(&[vec![corner(50_000.), corner(500.)]]), z16).bytes.is_empty());
}

#[test]
fn nothing_vanishes_however_small() {
    let z16 = square(16);
    let dot = areas(&[vec![vec![at(z16, 100., 100.), at(z16, 100.2, 100.), at(z16, 100.2, 100.2)]]]);
    let short = line(&[at(z16, 100., 100.), at(z16, 100.1, 100.1)]);
    for z in 0..=16 {
        assert_eq!(examine(&one(&dot, square(z))).len(), 1, "area at zoom {z}");
        assert_eq!(examine(&one(&short, square(z))).len(), 1, "line at zoom {z}");
    }
}

#[test]
fn a_collection_becomes_a_feature_for_each_kind() {
    let z16 = square(16);
    let (x, y) = at(z16, 10., 10.);
    let parts = [
        Wkb::point(x, y).expect("finite"),
        line(&[at(z16, 0., 0.), at(z16, 50., 70.)]),
        areas(&[vec![vec![at(z16, 0., 0.), at(z16, 50., 0.), at(z16, 50., 70.)]]]),
    ];
    let mut out = Vec::new();
    head(&mut out, 7);
    out.extend_from_slice(&3u32.to_le_bytes());
    parts.iter().for_each(|p| out.extend_from_slice(p.as_bytes()));
    let collection = Wkb::parse(&out).expect("a collection");
    let shown = examine(&one(&collection, z16));
    assert!(matches!(shown[..], [MvtGeometry::Point(_), MvtGeometry::LineString(_), MvtGeometry::Polygon(_)]), "{shown:?}");
}

#[test]
fn a_tile_of_too_much_is_thinned_and_not_refused() {
    let z14 = square(14);
    let mut index = LayerIndex::new(vec!["name".into()]);
    for n in 0..60_000 {
        let (x, y) = at(z14, f64::from(n % 300) * 13.0, f64::from(n / 300) * 20.0);
        index.put(n.into(), Wkb::point(x, y).as_ref(), &[Attribute::Text(&format!("Kapı {n} ve uzunca bir ad"))]);
    }
    let encoded = encode(&index, "door", z14, &mut Scratch::default());
    assert!(encoded.thinned > 0);
    let shown = examine(&encoded).len();
    assert!(shown > 2000, "{shown} are left");
    for z in 0..14 {
        assert!(!examine(&encode(&index, "door", square(z), &mut Scratch::default())).is_empty());
    }
}

#[test]
fn even_huge_areas_on_top_of_each_other_stay_within_the_limits() {
    let z14 = square(14);
    let mut index = LayerIndex::new(vec!["name".into()]);
    for n in 0..3000 {
        let ring = (0..400).map(|k| {
            let (angle, radius) = (f64::from(k) / 400.0 * std::f64::consts::TAU, 1500.0 + f64::from((k * 37 + n) % 300));
            at(z14, 2048.0 + radius * angle.cos(), 2048.0 + radius * angle.sin())
        });
        index.put(n.into(), Some(&areas(&[vec![ring.collect()]])), &[Attribute::Null]);
    }
    let encoded = encode(&index, "plan", z14, &mut Scratch::default());
    assert!(encoded.thinned > 0 && encoded.features > 0);
    examine(&encoded);
}

/// Rings near and over the borders of the tile, on a coarse raster so that they touch, cross and collapse.
fn ring() -> impl Strategy<Value = Vec<(i32, i32)>> {
    let near = (-12i32..12, -12i32..12);
    prop_oneof![
        prop::collection::vec(near.clone(), 1..9),
        prop::collection::vec((-200i32..4400, -200i32..4400), 3..40),
        prop::collection::vec((-40_000i32..40_000, -40_000i32..40_000), 3..12),
        (prop::collection::vec(near, 3..9), 0i32..4100, 0i32..4100)
            .prop_map(|(ring, x, y)| ring.into_iter().map(|(a, b)| (a + x, b + y)).collect()),
    ]
}

fn zoom() -> impl Strategy<Value = u8> {
    prop_oneof![Just(16u8), Just(10u8), 3u8..=MAX_ZOOM]
}

fn placed(tile: TileId, ring: &[(i32, i32)]) -> Vec<Position> {
    ring.iter().map(|(x, y)| at(tile, f64::from(*x) + 0.3, f64::from(*y) + 0.3)).collect()
}

#[derive(Debug, Clone)]
enum Step {
    Put { fid: i64, polygon: Vec<(i32, i32)>, name: u8, floors: i64 },
    Point { fid: i64, x: i32, y: i32, name: u8 },
    Remove { fid: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let fid = -2i64..40;
    prop_oneof![
        3 => (fid.clone(), ring(), 0u8..5, -3i64..3)
            .prop_map(|(fid, polygon, name, floors)| Step::Put { fid, polygon, name, floors }),
        3 => (fid.clone(), -200i32..4400, -200i32..4400, 0u8..5).prop_map(|(fid, x, y, name)| Step::Point { fid, x, y, name }),
        1 => fid.prop_map(|fid| Step::Remove { fid }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_areas_come_out_valid_and_within_the_box(
        z in zoom(), polygons in prop::collection::vec(prop::collection::vec(ring(), 1..4), 1..4),
    ) {
        let here = square(z);
        let polygons: Vec<Vec<Vec<Position>>> =
            polygons.iter().map(|rings| rings.iter().map(|ring| placed(here, ring)).collect()).collect();
        examine(&one(&areas(&polygons), here));
    }

    #[test]
    fn any_line_comes_out_within_the_box(z in zoom(), points in ring()) {
        let here = square(z);
        examine(&one(&line(&placed(here, &points)), here));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever was put, replaced and removed: the tiles are those of an index that only ever saw the end; and each tile that
    /// changed by a step was named by what the step touched.
    #[test]
    fn changed_step_by_step_or_built_anew_gives_the_same_tiles(steps in prop::collection::vec(step(), 1..60)) {
        let tiles = [square(16), square(14), square(11), square(5), tile(16, square(16).x() + 1, square(16).y())];
        let here = square(16);
        let mut scratch = Scratch::default();
        let mut index = LayerIndex::new(vec!["name".into(), "floors".into()]);
        let mut state = std::collections::BTreeMap::new();
        let mut before: Vec<Encoded> = tiles.iter().map(|t| encode(&index, "b", *t, &mut scratch)).collect();
        for step in steps {
            let touched = match step {
                Step::Put { fid, polygon, name, floors } => {
                    let geometry = areas(&[vec![placed(here, &polygon)]]);
                    state.insert(fid, (geometry.clone(), name, Some(floors)));
                    let name = format!("Ad {name}");
                    index.put(fid, Some(&geometry), &[Attribute::Text(&name), Attribute::Int(floors)])
                }
                Step::Point { fid, x, y, name } => {
                    let (x, y) = at(here, x.into(), y.into());
                    let geometry = Wkb::point(x, y).expect("finite");
                    state.insert(fid, (geometry.clone(), name, None));
                    let name = format!("Ad {name}");
                    index.put(fid, Some(&geometry), &[Attribute::Text(&name), Attribute::Null])
                }
                Step::Remove { fid } => {
                    state.remove(&fid);
                    index.remove(fid)
                }
            };
            for (tile, before) in tiles.iter().zip(&mut before) {
                let now = encode(&index, "b", *tile, &mut scratch);
                if now != *before {
                    let named = [touched.old, touched.new].iter().flatten().any(|b| b.shows_in(*tile));
                    prop_assert!(named, "{tile:?} changed unnamed");
                }
                *before = now;
            }
        }
        let mut anew = LayerIndex::new(vec!["name".into(), "floors".into()]);
        for (fid, (geometry, name, floors)) in state.iter().rev() {
            let name = format!("Ad {name}");
            anew.put(*fid, Some(geometry), &[Attribute::Text(&name), floors.map_or(Attribute::Null, Attribute::Int)]);
        }
        prop_assert_eq!(index.len(), state.len());
        prop_assert_eq!(index.bounds(), anew.bounds());
        for (tile, before) in tiles.iter().zip(&before) {
            prop_assert_eq!(&encode(&anew, "b", *tile, &mut scratch), before);
        }
    }
}
