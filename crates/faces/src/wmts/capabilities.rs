//! GetCapabilities (OGC 07-057r7, 7.1).

use super::{GRID, PATH, tile};
use crate::{App, Caller, negotiate, ogc_tiles::MAX_ZOOM, wms::drawn, xml::Xml};
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use meydan_kernel::Lang;

/// Metres of a standardised pixel (0.28 mm).
const PIXEL_M: f64 = 0.000_28;

/// Answers it.
pub(super) async fn answer(app: &App, caller: &Caller, lang: Lang, headers: &HeaderMap) -> Response {
    let base = negotiate::base_url(app, headers);
    let mut xml = Xml::new();
    let attributes = [
        ("xmlns", "http://www.opengis.net/wmts/1.0"),
        ("xmlns:ows", "http://www.opengis.net/ows/1.1"),
        ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
        ("version", "1.0.0"),
    ];
    xml.start("Capabilities", &attributes);
    xml.start("ows:ServiceIdentification", &[]).leaf("ows:Title", &[], app.settings.city_title.get(lang));
    xml.leaf("ows:ServiceType", &[], "OGC WMTS").leaf("ows:ServiceTypeVersion", &[], "1.0.0").end();
    operations(&mut xml, &base);
    xml.start("Contents", &[]);
    let city = app.settings.city_title.get(lang);
    layer(&mut xml, &base, lang, crate::wms::ALL, city);
    for register in drawn(app, caller) {
        layer(&mut xml, &base, lang, &register.name, register.title.get(lang));
    }
    grid(&mut xml);
    xml.end();
    xml.empty("ServiceMetadataURL", &[("xlink:href", &format!("{base}{PATH}/1.0.0/WMTSCapabilities.xml"))]);
    let control = if caller.principal.is_everyone() { "no-cache" } else { "no-store" };
    let bearing = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/xml;charset=UTF-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static(control)),
    ];
    (bearing, xml.finish()).into_response()
}

fn operations(xml: &mut Xml, base: &str) {
    xml.start("ows:OperationsMetadata", &[]);
    for name in ["GetCapabilities", "GetTile"] {
        xml.start("ows:Operation", &[("name", name)]).start("ows:DCP", &[]).start("ows:HTTP", &[]);
        xml.start("ows:Get", &[("xlink:href", &format!("{base}{PATH}?"))]);
        xml.start("ows:Constraint", &[("name", "GetEncoding")]).start("ows:AllowedValues", &[]).leaf("ows:Value", &[], "KVP");
        xml.end().end().end().end().end().end();
    }
    xml.end();
}

fn layer(xml: &mut Xml, base: &str, lang: Lang, name: &str, title: &str) {
    xml.start("Layer", &[]).leaf("ows:Title", &[], title);
    xml.start("ows:WGS84BoundingBox", &[])
        .leaf("ows:LowerCorner", &[], "-180 -85")
        .leaf("ows:UpperCorner", &[], "180 85")
        .end();
    xml.leaf("ows:Identifier", &[], name);
    let (light, dark) = match lang {
        Lang::Tr => ("Açık harita", "Koyu harita"),
        Lang::En => ("Light map", "Dark map"),
    };
    for (style, title, default) in [("light", light, "true"), ("dark", dark, "false")] {
        xml.start("Style", &[("isDefault", default)]).leaf("ows:Title", &[], title).leaf("ows:Identifier", &[], style).end();
    }
    xml.leaf("Format", &[], "image/png");
    xml.start("TileMatrixSetLink", &[]).leaf("TileMatrixSet", &[], GRID).end();
    let template = format!("{base}{PATH}/1.0.0/{name}/{{Style}}/{{TileMatrixSet}}/{{TileMatrix}}/{{TileRow}}/{{TileCol}}.png");
    xml.empty("ResourceURL", &[("format", "image/png"), ("resourceType", "tile"), ("template", &template)]);
    xml.end();
}

fn grid(xml: &mut Xml) {
    xml.start("TileMatrixSet", &[]).leaf("ows:Identifier", &[], GRID);
    xml.leaf("ows:SupportedCRS", &[], "urn:ogc:def:crs:EPSG::3857");
    xml.leaf("WellKnownScaleSet", &[], "urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible");
    for z in 0..=MAX_ZOOM {
        let side = 1_u32 << z;
        let cell = 2.0 * tile::HALF_WIDTH_M / (f64::from(tile::SIDE) * f64::from(side));
        xml.start("TileMatrix", &[]).leaf("ows:Identifier", &[], &z.to_string());
        xml.leaf("ScaleDenominator", &[], &(cell / PIXEL_M).to_string());
        xml.leaf("TopLeftCorner", &[], &format!("-{0} {0}", tile::HALF_WIDTH_M));
        xml.leaf("TileWidth", &[], "256").leaf("TileHeight", &[], "256");
        xml.leaf("MatrixWidth", &[], &side.to_string()).leaf("MatrixHeight", &[], &side.to_string()).end();
    }
    xml.end();
}
