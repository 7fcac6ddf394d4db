//! GetCapabilities (OGC 06-042, 7.2; 01-068r3, 7.1): made from the catalogue, with the layers that who asks may see.

use super::{PATH, Version, fault::Fault, info, map::PNG, names};
use crate::{App, Caller, maps::MAX_SIDE, negotiate, ogc_common::kvp::Kvp, ogc_features::Space, xml::Xml};
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use meydan_geo::{Bbox, Crs};
use meydan_kernel::{Lang, Register};
use std::sync::Arc;

const XLINK: (&str, &str) = ("xmlns:xlink", "http://www.w3.org/1999/xlink");
const SCHEMA: &str = "http://www.opengis.net/wms http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd";
const DOCTYPE: &str =
    "<!DOCTYPE WMT_MS_Capabilities SYSTEM \"http://schemas.opengis.net/wms/1.1.1/WMS_MS_Capabilities.dtd\">\n";

/// Answers it.
pub(super) async fn answer(
    app: &App,
    caller: &Caller,
    kvp: &Kvp,
    version: Version,
    lang: Lang,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    if kvp.get("SERVICE").is_some_and(|s| !s.eq_ignore_ascii_case("WMS")) {
        return Err(crate::ogc_common::kvp::bad("SERVICE", "“WMS” olmalı", "must be “WMS”").into());
    }
    let mut layers = Vec::new();
    let mut all = Bbox::EMPTY;
    for register in names::drawn(app, caller) {
        // Of all records, so only for who may see all; others are told the whole earth's.
        let extent = match app.definitions().is_public(&app.desk, &app.everyone, &register) {
            true => app.extents.of(&app.tiles, &register).await,
            false => None,
        };
        if let Some(extent) = extent {
            all = all.union(&extent);
        }
        layers.push((register, extent));
    }
    let document = Document { app, version, lang, url: format!("{}{PATH}", negotiate::base_url(app, headers)) };
    let media_type = match version {
        Version::V130 => "text/xml;charset=UTF-8",
        Version::V111 => "application/vnd.ogc.wms_xml;charset=UTF-8",
    };
    let control = if caller.principal.is_everyone() { "no-cache" } else { "no-store" };
    let bearing = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(control)),
    ];
    Ok((bearing, document.write(&layers, &all)).into_response())
}

struct Document<'a> {
    app: &'a App,
    version: Version,
    lang: Lang,
    url: String,
}

impl Document<'_> {
    fn is_new(&self) -> bool {
        self.version == Version::V130
    }

    fn write(&self, layers: &[(Arc<Register>, Option<Bbox>)], all: &Bbox) -> String {
        let mut xml = Xml::new();
        if self.is_new() {
            let attributes = [
                ("version", "1.3.0"),
                ("xmlns", "http://www.opengis.net/wms"),
                XLINK,
                ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                ("xsi:schemaLocation", SCHEMA),
            ];
            xml.start("WMS_Capabilities", &attributes);
        } else {
            xml.start("WMT_MS_Capabilities", &[("version", "1.1.1")]);
        }
        self.service(&mut xml);
        self.capability(&mut xml, layers, all);
        let document = xml.finish();
        if self.is_new() { document } else { document.replacen("?>\n", &format!("?>\n{DOCTYPE}"), 1) }
    }

    fn online(&self, xml: &mut Xml) {
        xml.empty("OnlineResource", &[XLINK, ("xlink:type", "simple"), ("xlink:href", &format!("{}?", self.url))]);
    }

    fn service(&self, xml: &mut Xml) {
        let title = self.app.settings.city_title.get(self.lang);
        xml.start("Service", &[]).leaf("Name", &[], if self.is_new() { "WMS" } else { "OGC:WMS" }).leaf("Title", &[], title);
        self.online(xml);
        if self.is_new() {
            xml.leaf("LayerLimit", &[], "64");
            xml.leaf("MaxWidth", &[], &MAX_SIDE.to_string()).leaf("MaxHeight", &[], &MAX_SIDE.to_string());
        }
        xml.end();
    }

    fn operation(&self, xml: &mut Xml, name: &'static str, formats: &[&str]) {
        xml.start(name, &[]);
        for format in formats {
            xml.leaf("Format", &[], format);
        }
        xml.start("DCPType", &[]).start("HTTP", &[]).start("Get", &[]);
        self.online(xml);
        xml.end().end().end().end();
    }

    fn capability(&self, xml: &mut Xml, layers: &[(Arc<Register>, Option<Bbox>)], all: &Bbox) {
        xml.start("Capability", &[]).start("Request", &[]);
        self.operation(xml, "GetCapabilities", &[if self.is_new() { "text/xml" } else { "application/vnd.ogc.wms_xml" }]);
        self.operation(xml, "GetMap", &[PNG]);
        self.operation(xml, "GetFeatureInfo", &info::FORMATS);
        xml.end();
        xml.start("Exception", &[]).leaf("Format", &[], if self.is_new() { "XML" } else { "application/vnd.ogc.se_xml" }).end();
        xml.start("Layer", &[]).leaf("Name", &[], names::ALL).leaf("Title", &[], self.app.settings.city_title.get(self.lang));
        let systems: Vec<Crs> = Space::all().into_iter().map(Space::crs).collect();
        let key = if self.is_new() { "CRS" } else { "SRS" };
        for crs in &systems {
            match crs.code() {
                Some(code) => drop(xml.leaf(key, &[], &format!("EPSG:{code}"))),
                None if self.is_new() => drop(xml.leaf(key, &[], "CRS:84")),
                None => {}
            }
        }
        self.extent(xml, (!all.is_empty()).then_some(all));
        self.styles(xml, None);
        for (register, extent) in layers {
            self.layer(xml, register, extent.as_ref());
        }
        xml.end().end();
    }

    fn layer(&self, xml: &mut Xml, register: &Register, extent: Option<&Bbox>) {
        xml.start("Layer", &[("queryable", "1")]).leaf("Name", &[], &register.name);
        xml.leaf("Title", &[], register.title.get(self.lang)).leaf("Abstract", &[], register.description.get(self.lang));
        self.extent(xml, extent);
        self.styles(xml, Some(&register.name));
        xml.end();
    }

    fn extent(&self, xml: &mut Xml, extent: Option<&Bbox>) {
        let whole = Bbox { min_x: -180.0, min_y: -85.0, max_x: 180.0, max_y: 85.0 };
        let b = extent.unwrap_or(&whole);
        let [w, s, e, n] = [b.min_x, b.min_y, b.max_x, b.max_y].map(|v| format!("{v:.7}"));
        if !self.is_new() {
            xml.empty("LatLonBoundingBox", &[("minx", &w), ("miny", &s), ("maxx", &e), ("maxy", &n)]);
            return;
        }
        xml.start("EX_GeographicBoundingBox", &[]).leaf("westBoundLongitude", &[], &w).leaf("eastBoundLongitude", &[], &e);
        xml.leaf("southBoundLatitude", &[], &s).leaf("northBoundLatitude", &[], &n).end();
        xml.empty("BoundingBox", &[("CRS", "CRS:84"), ("minx", &w), ("miny", &s), ("maxx", &e), ("maxy", &n)]);
        if let Some(m) = Crs::from_epsg(3857).and_then(|crs| crs.forward_bbox(b)) {
            let [w, s, e, n] = [m.min_x, m.min_y, m.max_x, m.max_y].map(|v| format!("{v:.2}"));
            xml.empty("BoundingBox", &[("CRS", "EPSG:3857"), ("minx", &w), ("miny", &s), ("maxx", &e), ("maxy", &n)]);
        }
    }

    fn styles(&self, xml: &mut Xml, layer: Option<&str>) {
        let (light, dark) = match self.lang {
            Lang::Tr => ("Açık harita", "Koyu harita"),
            Lang::En => ("Light map", "Dark map"),
        };
        for (name, title) in [("light", light), ("dark", dark)] {
            xml.start("Style", &[]).leaf("Name", &[], name).leaf("Title", &[], title);
            if let Some(layer) = layer {
                let href = format!(
                    "{}?SERVICE=WMS&VERSION={}&REQUEST=GetLegendGraphic&LAYER={layer}&STYLE={name}&FORMAT=image/png",
                    self.url,
                    self.version.text()
                );
                xml.start("LegendURL", &[("width", "200"), ("height", "200")]).leaf("Format", &[], PNG);
                xml.empty("OnlineResource", &[XLINK, ("xlink:type", "simple"), ("xlink:href", &href)]).end();
            }
            xml.end();
        }
    }
}
