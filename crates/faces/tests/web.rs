//! The faces through HTTP: the whole router over the embedded store and the real definitions; GDAL as a client.

#[path = "web/any_query.rs"]
mod any_query;
#[path = "web/browsers.rs"]
mod browsers;
#[path = "web/changes.rs"]
mod changes;
#[path = "web/city.rs"]
mod city;
#[path = "web/editing.rs"]
mod editing;
#[path = "web/exports.rs"]
mod exports;
#[path = "web/features.rs"]
mod features;
#[path = "web/gdal.rs"]
mod gdal;
#[path = "web/guarded.rs"]
mod guarded;
#[path = "web/hidden.rs"]
mod hidden;
#[path = "web/open311.rs"]
mod open311;
#[path = "web/past.rs"]
mod past;
#[path = "web/problems.rs"]
mod problems;
#[path = "web/requests.rs"]
mod requests;
#[path = "web/snapshot.rs"]
mod snapshot;
#[path = "web/styles.rs"]
mod styles;
#[path = "web/tiles.rs"]
mod tiles;
