//! Names of layers, styles and coordinate systems as clients write them.

use super::{Version, fault::Fault};
use crate::{App, Caller, ogc_common::kvp::Kvp};
use meydan_geo::{Bbox, Crs};
use meydan_kernel::{Error, Register, catalogue::Theme};
use std::sync::Arc;

/// Name of the layer that holds all others.
pub(crate) const ALL: &str = "meydan";

/// The registers that are drawn and that the caller may see some of, in the order of the catalogue.
pub(crate) fn drawn(app: &App, caller: &Caller) -> Vec<Arc<Register>> {
    let catalogue = app.desk.catalogue();
    let shown =
        |r: &&Arc<Register>| r.geometry.is_some() && r.symbology.is_some() && app.desk.readable(&caller.principal, r).is_ok();
    catalogue.registers.values().filter(shown).cloned().collect()
}

/// The registers that a list of layers names.
pub(crate) fn layers(app: &App, caller: &Caller, list: &str) -> Result<Vec<Arc<Register>>, Error> {
    let mut found: Vec<Arc<Register>> = Vec::new();
    for name in list.split(',') {
        let named = if name == ALL { drawn(app, caller) } else { vec![layer(app, name)?] };
        for register in named {
            if !found.iter().any(|f| f.name == register.name) {
                found.push(register);
            }
        }
    }
    Ok(found)
}

fn layer(app: &App, name: &str) -> Result<Arc<Register>, Error> {
    let register = app.desk.register(name)?;
    if register.geometry.is_none() || register.symbology.is_none() {
        return Err(Error::not_found(
            "not-drawn",
            format!("“{}” kütüğü haritada çizilmez.", register.title.tr),
            format!("The register “{}” is not drawn on the map.", register.title.en),
        ));
    }
    Ok(register)
}

/// The theme that a list of styles names: the map has one look, so the first that says one decides.
pub(crate) fn theme(styles: Option<&str>) -> Result<Theme, Error> {
    let mut theme = None;
    for name in styles.unwrap_or_default().split(',') {
        let named = match name {
            "" | "default" => continue,
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => {
                return Err(Error::invalid(
                    "no-such-style",
                    format!("“{name}” diye bir stil yok; “light” ve “dark” var."),
                    format!("There is no style “{name}”; there are “light” and “dark”."),
                ));
            }
        };
        theme = theme.or(Some(named));
    }
    Ok(theme.unwrap_or_default())
}

/// The coordinate system of `CRS` (1.3.0) or `SRS` (1.1.1).
pub(crate) fn crs(kvp: &Kvp, version: Version) -> Result<(Crs, bool), Fault> {
    let key = if version == Version::V130 { "CRS" } else { "SRS" };
    // Clients mix them up, and either can only mean one thing.
    let name = kvp.get(key).or_else(|| kvp.get("CRS")).or_else(|| kvp.get("SRS"));
    let name = name.map_or_else(|| kvp.need(key), Ok)?;
    let crs = if name.eq_ignore_ascii_case("CRS:84") { Some(Crs::crs84()) } else { Crs::parse(name) };
    let crs = crs.ok_or_else(|| {
        let code = if version == Version::V130 { "InvalidCRS" } else { "InvalidSRS" };
        Fault::new(
            code,
            Error::invalid(
                "no-such-crs",
                format!("“{name}” koordinat sistemi sunulmuyor."),
                format!("The coordinate system “{name}” is not offered."),
            ),
        )
    })?;
    Ok((crs, version == Version::V130 && crs.north_first()))
}

/// The box of `BBOX`, x to the east.
pub(crate) fn bbox(kvp: &Kvp, north_first: bool) -> Result<Bbox, Fault> {
    let numbers: Vec<f64> = kvp.need("BBOX")?.split(',').filter_map(|n| n.trim().parse().ok()).collect();
    let &[a, b, c, d] = numbers.as_slice() else {
        return Err(crate::ogc_common::kvp::bad(
            "BBOX",
            "virgülle ayrılmış dört sayı olmalı",
            "must be four numbers with commas",
        )
        .into());
    };
    Ok(if north_first {
        Bbox { min_x: b, min_y: a, max_x: d, max_y: c }
    } else {
        Bbox { min_x: a, min_y: b, max_x: c, max_y: d }
    })
}
