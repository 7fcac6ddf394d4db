//! The tile follower over a real store: what tiles show, which of them a change takes out of the cache, and which it leaves.

mod town;

use meydan_followers::{Tile, Tiles};
use meydan_kernel::{FieldKind, Operation, Value, catalogue::Symbology};
use std::sync::Arc;
use town::{Town, commit, field, insert, place, plain_fields, read, text, trees, update};
use uuid::Uuid;

const X: u32 = 39_996;
const Y: u32 = 24_581;

async fn tile(tiles: &Tiles, town: &Town, z: u8, x: u32, y: u32) -> Arc<Tile> {
    let tile = tiles.tile(&town.tree, z, x, y).await.expect("a tile");
    let cached = tiles.try_cached(&town.tree, z, x, y);
    assert!(cached.is_some_and(|cached| cached.body == tile.body), "what was just given is at hand");
    tile
}

#[tokio::test]
async fn a_tile_tells_what_the_record_says_but_nothing_personal() {
    let mut owner = field("planted_by", FieldKind::Text);
    owner.personal = true;
    let fields = vec![
        field("species", FieldKind::Text),
        owner,
        field("planted", FieldKind::Date),
        field("price", FieldKind::Money),
        field("height", FieldKind::Real),
        field("healthy", FieldKind::Boolean),
    ];
    let town = Town::found(trees(fields)).await;
    let day = jiff::civil::date(1923, 10, 29);
    let values =
        vec![text("Doğu çınarı"), text("Mehmet"), Value::Date(day), Value::Int(12_550), Value::Real(7.5), Value::Bool(true)];
    let made = town.commit(vec![(Uuid::now_v7(), Operation::Insert { values, geometry: place(100.0, 100.0) })]).await;
    let tiles = Tiles::new(Arc::clone(&town.store));
    let tile = tile(&tiles, &town, 16, X, Y).await;
    assert_eq!((tile.features, tile.thinned), (1, false));
    let told = read(&tile.body);
    let told = told.get(&(made.records[0].1 as u64)).expect("the record, by its fid");
    assert_eq!(told[..3], ["species=Doğu çınarı", "planted=1923-10-29", "price=12550"]);
    assert!(told[3].starts_with("height=") && told[3].contains("7.5") && told[4].contains("true"), "{told:?}");
    assert_eq!(told.len(), 5);
    let info = tiles.info(&town.tree).await.expect("info");
    let expected =
        [("species", "String"), ("planted", "String"), ("price", "Number"), ("height", "Number"), ("healthy", "Boolean")];
    assert_eq!(info.fields, expected.map(|(name, kind)| (name.to_owned(), kind)));
    assert_eq!(info.features, 1);
    let bounds = info.bounds.expect("one tree has bounds");
    let home = meydan_geo::tiles::TileId::new(16, X, Y).expect("in the grid").bbox();
    assert!(bounds.min_x > home.min_x && bounds.max_x < home.max_x, "{bounds:?} in {home:?}");
    assert!(bounds.min_y > home.min_y && bounds.max_y < home.max_y, "{bounds:?} in {home:?}");
}

#[tokio::test]
async fn the_symbology_says_which_fields_and_zooms() {
    let mut tree = trees(plain_fields());
    tree.symbology =
        Some(Symbology { min_zoom: 14, order: 0, tile_fields: vec!["measured".into()], layers: serde_json::json!([]) });
    let town = Town::found(tree).await;
    town.commit(vec![insert("Ihlamur", 3, place(100.0, 100.0))]).await;
    let tiles = Tiles::new(Arc::clone(&town.store));
    assert_eq!(read(&tile(&tiles, &town, 14, X >> 2, Y >> 2).await.body).into_values().next(), Some(vec!["measured=3".into()]));
    let below = tile(&tiles, &town, 13, X >> 3, Y >> 3).await;
    assert!(below.body.is_empty() && below.features == 0 && below.gzip().is_none());
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let mut town = Town::found(trees(plain_fields())).await;
    let tiles = Tiles::new(Arc::clone(&town.store));
    for (z, x, y) in [(21, 0, 0), (3, 8, 0), (0, 0, 1), (255, u32::MAX, 0)] {
        let refused = tiles.tile(&town.tree, z, x, y).await.expect_err("outside of the grid");
        assert_eq!(refused.code(), "no-such-tile");
        assert!(tiles.try_cached(&town.tree, z, x, y).is_none());
    }
    assert!(tile(&tiles, &town, 16, X, Y).await.body.is_empty(), "an empty register has empty tiles");
    let mut plain = (*town.tree).clone();
    plain.geometry = None;
    town.tree = Arc::new(plain);
    assert_eq!(tiles.tile(&town.tree, 0, 0, 0).await.expect_err("no tiles").code(), "no-geometry");
}

#[tokio::test]
async fn each_change_shows_at_every_zoom_and_leaves_other_tiles_in_the_cache() {
    let town = Town::found(trees(plain_fields())).await;
    let made = town.commit(vec![insert("Çınar", 1, place(2000.0, 2000.0)), insert("Meşe", 1, place(90_000.0, 0.0))]).await;
    let (id, fid) = (made.records[0].0, made.records[0].1 as u64);
    let tiles = Tiles::new(Arc::clone(&town.store));
    let far = tile(&tiles, &town, 16, X + 21, Y).await;
    assert_eq!(far.features, 1);
    let near = tile(&tiles, &town, 16, X + 1, Y).await;
    let here =
        |z: u8| (z, if z <= 16 { X >> (16 - z) } else { X << (z - 16) }, if z <= 16 { Y >> (16 - z) } else { Y << (z - 16) });
    for z in 0..=16 {
        let (z, x, y) = here(z);
        assert_eq!(read(&tile(&tiles, &town, z, x, y).await.body)[&fid][1], "measured=1", "zoom {z}");
    }
    // An attribute.
    town.commit(vec![update(id, 1, "Çınar", 2, place(2000.0, 2000.0))]).await;
    assert!(tiles.try_cached(&town.tree, 16, X + 21, Y).is_none(), "not current before it caught up");
    for z in 0..=16 {
        let (z, x, y) = here(z);
        assert_eq!(read(&tile(&tiles, &town, z, x, y).await.body)[&fid][1], "measured=2", "zoom {z}");
    }
    assert!(Arc::ptr_eq(&far, &tile(&tiles, &town, 16, X + 21, Y).await), "the far tile was never touched");
    assert!(Arc::ptr_eq(&near, &tile(&tiles, &town, 16, X + 1, Y).await), "nor was the neighbour");
    // Next door: old and new place.
    town.commit(vec![update(id, 2, "Çınar", 3, place(6000.0, 2000.0))]).await;
    assert!(tile(&tiles, &town, 16, X, Y).await.body.is_empty());
    assert_eq!(read(&tile(&tiles, &town, 16, X + 1, Y).await.body)[&fid][1], "measured=3");
    assert!(Arc::ptr_eq(&far, &tile(&tiles, &town, 16, X + 21, Y).await));
    // Away.
    town.commit(vec![(id, Operation::Delete { expected: 3 })]).await;
    assert!(tile(&tiles, &town, 16, X + 1, Y).await.body.is_empty());
    let (z, x, y) = here(10);
    assert!(!read(&tile(&tiles, &town, z, x, y).await.body).contains_key(&fid));
    // Without a geometry, and back again.
    let other = (made.records[1].0, made.records[1].1 as u64);
    town.commit(vec![update(other.0, 1, "Meşe", 2, None)]).await;
    assert!(tile(&tiles, &town, 16, X + 21, Y).await.body.is_empty());
    town.commit(vec![update(other.0, 2, "Meşe", 3, place(90_000.0, 0.0))]).await;
    assert_eq!(read(&tile(&tiles, &town, 16, X + 21, Y).await.body)[&other.1][1], "measured=3");
}

#[tokio::test]
async fn tags_follow_the_content_across_restarts() {
    let town = Town::found(trees(plain_fields())).await;
    let many = (0..200).map(|n| insert("Zeytin", n, place(f64::from(n as i32) * 20.0, 50.0))).collect();
    let made = town.commit(many).await;
    let tiles = Tiles::new(Arc::clone(&town.store));
    let before = tile(&tiles, &town, 16, X, Y).await;
    let restarted = Tiles::new(town.elsewhere().await);
    let after = tile(&restarted, &town, 16, X, Y).await;
    assert_eq!((&before.body, &before.etag, &before.gzip_etag), (&after.body, &after.etag, &after.gzip_etag));
    assert_ne!(before.etag, before.gzip_etag);
    let (id, _, version) = made.records[0];
    town.commit(vec![update(id, version, "Zeytin", 1000, place(0.0, 50.0))]).await;
    let changed = tile(&tiles, &town, 16, X, Y).await;
    assert_ne!(changed.etag, before.etag);
    town.commit(vec![update(id, version + 1, "Zeytin", 0, place(0.0, 50.0))]).await;
    assert_eq!(tile(&tiles, &town, 16, X, Y).await.etag, before.etag, "the same content again has the same tag again");
}

#[tokio::test]
async fn the_gzip_copy_unpacks_to_the_body() {
    let town = Town::found(trees(plain_fields())).await;
    town.commit((0..300).map(|n| insert("Servi", n, place(f64::from(n as i32) * 10.0, 10.0))).collect()).await;
    let tiles = Tiles::new(Arc::clone(&town.store));
    let tile = tile(&tiles, &town, 16, X, Y).await;
    let gzip = tile.gzip().expect("large enough");
    assert!(gzip.len() < tile.body.len());
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&gzip[..]), &mut unpacked).expect("gzip");
    assert_eq!(unpacked, tile.body);
}

#[tokio::test]
async fn a_changed_definition_changes_the_tiles() {
    let mut town = Town::found(trees(plain_fields())).await;
    town.commit(vec![insert("Kestane", 5, place(100.0, 100.0))]).await;
    let tiles = Tiles::new(Arc::clone(&town.store));
    assert_eq!(read(&tile(&tiles, &town, 16, X, Y).await.body).into_values().next().map(|v| v.len()), Some(2));
    let mut fields = plain_fields();
    let mut guarded = field("guarded", FieldKind::Boolean);
    guarded.default = Some(serde_json::json!(true));
    fields.push(guarded);
    town.define(trees(fields)).await;
    tiles.reload(&town.catalogue());
    assert_eq!(tiles.held().layers, 0);
    assert_eq!(read(&tile(&tiles, &town, 16, X, Y).await.body).into_values().next().map(|v| v.len()), Some(3));
    // The same definition read anew is no reason to build anew.
    let before = tile(&tiles, &town, 16, X, Y).await;
    town.tree = Arc::new((*town.tree).clone());
    tiles.reload(&town.catalogue());
    assert!(Arc::ptr_eq(&before, &tile(&tiles, &town, 16, X, Y).await));
}

#[tokio::test]
async fn another_process_is_followed_too() {
    let town = Town::found(trees(plain_fields())).await;
    let made = town.commit(vec![insert("Defne", 1, place(100.0, 100.0))]).await;
    let other = town.elsewhere().await;
    let tiles = Tiles::new(Arc::clone(&other));
    assert_eq!(tile(&tiles, &town, 16, X, Y).await.features, 1);
    let (id, fid, version) = made.records[0];
    for n in 0..20 {
        commit(&town.store, vec![update(id, version + n, "Defne", 10 + n, place(100.0, 100.0))]).await;
        let told = read(&tile(&tiles, &town, 16, X, Y).await.body);
        assert_eq!(told[&(fid as u64)][1], format!("measured={}", 10 + n));
    }
}

#[tokio::test]
async fn many_changes_at_once_are_taken_in() {
    let town = Town::found(trees(plain_fields())).await;
    let tiles = Tiles::new(Arc::clone(&town.store));
    assert!(tile(&tiles, &town, 13, X >> 3, Y >> 3).await.body.is_empty());
    let far = tile(&tiles, &town, 16, X + 300, Y).await;
    for k in 0..5 {
        let many = (0..5_000).map(|n| insert("Çam", k, place(f64::from(n % 100) * 40.0, f64::from(n / 100) * 80.0))).collect();
        town.commit(many).await;
    }
    let all = tile(&tiles, &town, 14, X >> 2, Y >> 2).await;
    assert!(all.features > 1_000, "{}", all.features);
    assert_eq!(tiles.info(&town.tree).await.expect("info").features, 25_000);
    // More than can be named one by one: all tiles were forgotten, and drawn anew they are the same.
    let again = tile(&tiles, &town, 16, X + 300, Y).await;
    assert_eq!(again.body, far.body);
    let anew = Tiles::new(Arc::clone(&town.store));
    assert_eq!(tile(&anew, &town, 14, X >> 2, Y >> 2).await.etag, all.etag, "followed or built anew: the same bytes");
}

#[tokio::test]
async fn a_follower_far_behind_starts_anew() {
    let town = Town::found(trees(plain_fields())).await;
    town.commit(vec![insert("Kayın", 1, place(100.0, 100.0))]).await;
    let tiles = Tiles::new(Arc::clone(&town.store));
    assert_eq!(tile(&tiles, &town, 16, X, Y).await.features, 1);
    let batches = meydan_followers::tiles::MAX_LAG / 5_000 + 1;
    for k in 0..batches {
        let row = |n: i32| place(50.0 + f64::from(n % 100) * 400.0, 300.0 + f64::from(n / 100) * 400.0);
        town.commit((0..5_000).map(|n| insert("Gürgen", k, row(n))).collect()).await;
    }
    assert!(tiles.try_cached(&town.tree, 16, X, Y).is_none());
    let now = tile(&tiles, &town, 16, X, Y).await;
    assert_eq!(now.features as i64, 1 + batches * 110, "eleven by ten places of this tile and its buffer, and the first tree");
    assert_eq!(tiles.held().features as i64, 1 + batches * 5_000);
}
