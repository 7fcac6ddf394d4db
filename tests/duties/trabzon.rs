//! The real Trabzon, as its files come: the official lists, polygons from another source, population from a third.

use crate::harness::{City, shared};

/// A city with the official provinces, districts, neighbourhoods (list, then polygons, then population) and streets.
pub fn load(city: &City) {
    let admin = shared("data/01-admin/trabzon_admin_valid.gpkg").display().to_string();
    let file = |name: &str| shared("data/01-admin").join(name).display().to_string();
    city.ok(&["import", &admin, "--layer", "il", "--into", "province", "--map", "official_id=id", "--yes"]);
    city.ok(&["import", &admin, "--layer", "ilce", "--into", "district", "--yes"]);
    city.ok(&["import", &file("trabzon_nvi_mahalle_718.csv"), "--into", "neighbourhood", "--yes"]);
    // Two polygons have no official id: they are put aside and told, the rest is taken.
    let told = city.json(&["import", &admin, "--layer", "mahalle", "--into", "neighbourhood", "--yes", "--skip-errors"]);
    assert_eq!(told["rejected"], 2, "{told}");
    assert_eq!(told["updated"], 708, "{told}");
    city.ok(&["import", &file("trabzon_mahalle_population.csv"), "--into", "neighbourhood", "--map", "name=", "--yes"]);
    city.ok(&["import", &file("trabzon_nvi_csbm_16824.csv"), "--into", "street", "--yes"]);
}
