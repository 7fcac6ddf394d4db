//! Tiles for who may see a part: only those records, only those fields, and never older than what was acknowledged.

mod town;

use meydan_followers::Tiles;
use meydan_kernel::{
    cql2,
    permission::{Access, FieldSet, Part},
};
use std::sync::Arc;
use town::{Town, insert, place, plain_fields, read, trees, update};

const TILE: (u8, u32, u32) = (16, 39_996, 24_581);

fn only(town: &Town, condition: Option<&str>, fields: FieldSet) -> Access {
    let condition = condition.map(|text| cql2::parse(&town.tree, text).expect("a condition"));
    Access::new([Part { condition, fields }])
}

#[tokio::test]
async fn a_part_is_drawn_for_who_may_see_a_part() {
    let town = Town::found(trees(plain_fields())).await;
    let species = town.tree.fields[0].name.clone();
    let made = town.commit(vec![insert("Çınar", 1, place(1000.0, 1000.0)), insert("Ladin", 2, place(1200.0, 1000.0))]).await;
    let (plane, spruce) = (made.records[0].1 as u64, made.records[1].1 as u64);
    let tiles = Tiles::new(Arc::clone(&town.store));
    let (z, x, y) = TILE;

    let planes = only(&town, Some(&format!("{species} = 'Çınar'")), FieldSet::ALL);
    let seen = read(&tiles.narrowed(&town.tree, &planes, z, x, y).await.expect("a tile").body);
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), [plane]);

    // The same tile of somebody with other rights is another tile.
    let nameless = only(&town, None, FieldSet::one(1));
    let seen = read(&tiles.narrowed(&town.tree, &nameless, z, x, y).await.expect("a tile").body);
    assert_eq!(seen.len(), 2);
    assert!(seen.values().flatten().all(|attribute| !attribute.starts_with(&species)), "{seen:?}");
    assert!(tiles.narrowed(&town.tree, &Access::default(), z, x, y).await.expect("a tile").body.is_empty());

    // Out of sight as soon as the change is acknowledged.
    town.commit(vec![update(made.records[0].0, 1, "Ladin", 1, place(1000.0, 1000.0))]).await;
    let seen = read(&tiles.narrowed(&town.tree, &planes, z, x, y).await.expect("a tile").body);
    assert!(seen.is_empty() && spruce != plane, "{seen:?}");
}
