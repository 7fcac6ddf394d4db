//! Links (RFC 8288) as the OGC APIs write them.

use serde::Serialize;

/// One link.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    /// Absolute address.
    pub href: String,
    /// Relation: a registered word or an address of the OGC's.
    pub rel: &'static str,
    /// Media type of what is there.
    #[serde(rename = "type")]
    pub media_type: &'static str,
    /// Title in the request's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// True if `href` is a URI template.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub templated: bool,
}

impl Link {
    /// A link without a title.
    pub fn new(rel: &'static str, media_type: &'static str, href: impl Into<String>) -> Self {
        Self { href: href.into(), rel, media_type, title: None, templated: false }
    }

    /// With a title.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// As a template.
    pub fn template(mut self) -> Self {
        self.templated = true;
        self
    }
}

/// `application/json`.
pub const JSON: &str = "application/json";
/// `application/geo+json` (RFC 7946).
pub const GEOJSON: &str = "application/geo+json";
/// `application/schema+json` (JSON Schema).
pub const SCHEMA: &str = "application/schema+json";
/// OpenAPI 3.0 in JSON.
pub const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";
/// HTML.
pub const HTML: &str = "text/html";
/// Mapbox vector tile.
pub const MVT: &str = "application/vnd.mapbox-vector-tile";
/// MapLibre and Mapbox styles.
pub const STYLE: &str = "application/vnd.mapbox.style+json";

/// Relation to the queryables (OGC API Features Part 3).
pub const REL_QUERYABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
/// Relation to the schema (OGC API Features Part 5).
pub const REL_SCHEMA: &str = "http://www.opengis.net/def/rel/ogc/1.0/schema";
/// Relation to vector tilesets.
pub const REL_TILESETS: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
/// Relation to tile matrix sets.
pub const REL_TILE_MATRIX_SETS: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes";
/// Relation to a tile matrix set.
pub const REL_TILE_MATRIX_SET: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";
/// Relation to the functions of filters.
pub const REL_FUNCTIONS: &str = "http://www.opengis.net/def/rel/ogc/1.0/functions";
/// Relation to conformance classes.
pub const REL_CONFORMANCE: &str = "http://www.opengis.net/def/rel/ogc/1.0/conformance";
/// Relation to the collections.
pub const REL_DATA: &str = "http://www.opengis.net/def/rel/ogc/1.0/data";
/// Relation to styles.
pub const REL_STYLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/styles";
