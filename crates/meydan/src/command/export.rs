//! `meydan export`.

use super::import::source_error;
use crate::context::Context;
use anyhow::Result;
use futures::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use meydan_formats::{self as formats, Format, Kind, Layout, OutColumn};
use meydan_geo::{Bbox, crs::Crs};
use meydan_kernel::{
    Error, Query, cql2,
    desk::SecurityEvent,
    exchange::{ColumnKind, ExportOptions, References, export_layout},
};
use std::{
    io::IsTerminal as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Write a register, or a part of it, to a file; the name's ending decides the format: .gpkg, .geojson, .geojsons, .csv, .xlsx,
/// .zip (Shapefile), .fgb, .kml or .gml.
///
/// The file appears under its name only when it is whole; one that is there is not overwritten. A Shapefile shortens names
/// to 10 letters and texts to 254 bytes.
#[derive(clap::Args)]
pub struct Args {
    /// The register.
    register: String,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Format, if the name does not say it.
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Only records for which this is true (CQL2 text), e.g. "population > 5000 AND name LIKE 'Y%'".
    #[arg(long, value_name = "CQL2")]
    filter: Option<String>,
    /// Only records in this box: west,south,east,north in degrees.
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    bbox: Option<String>,
    /// CRS of the coordinates, e.g. EPSG:5257 (TUREF/TM39).
    #[arg(long, default_value = "EPSG:4326")]
    crs: String,
    /// The state as of an instant (2025-01-31T12:00:00+03:00) or a day's beginning (2025-01-31).
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// Columns bear titles instead of names.
    #[arg(long)]
    titles: bool,
    /// Codes are written as their titles.
    #[arg(long)]
    code_titles: bool,
    /// How references are written: the record's id, its official number (`key`), or its `name`.
    #[arg(long, value_enum, default_value = "id")]
    references: CliReferences,
    /// Write personal data too, which is left away otherwise. It is written down that it was taken away, by whom and why.
    #[arg(long, requires = "reason")]
    with_personal: bool,
    /// Why personal data is taken away; for the log. No names.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum CliReferences {
    Id,
    Key,
    Name,
}

impl From<CliReferences> for References {
    fn from(cli: CliReferences) -> Self {
        match cli {
            CliReferences::Id => Self::Ids,
            CliReferences::Key => Self::Keys,
            CliReferences::Name => Self::Names,
        }
    }
}

/// Runs it.
///
/// # Errors
/// What is wrong with the options, the disk or the store.
pub async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    let format = format(&args)?;
    let crs = Crs::parse(&args.crs).ok_or_else(|| {
        let crs = &args.crs;
        Error::invalid(
            "crs",
            format!("Koordinat sistemi desteklenmiyor: {crs}"),
            format!("The coordinate system is not supported: {crs}"),
        )
    })?;
    let city = context.existing_city().await?;
    let register = city.desk.register(&args.register)?;
    let operator = context.operator("export").because(args.reason.clone());
    let mut query = Query::all(register.clone());
    if let Some(text) = &args.filter {
        query.filter = Some(cql2::parse(&register, text)?);
    }
    if let Some(text) = &args.bbox {
        query.bbox = bbox(text)?;
    }
    if let Some(text) = &args.as_of {
        query.as_of = Some(instant(text)?);
    }
    let options = ExportOptions {
        crs,
        titles: args.titles.then_some(context.lang),
        code_titles: args.code_titles.then_some(context.lang),
        with_id: true,
        with_personal: args.with_personal,
    };
    let exported = export_layout(&city.desk.catalogue(), &register, options);
    let mut exported = exported.with_references(&city.desk, &operator, &register, args.references.into()).await?;
    let layout = Layout {
        layer: register.name.clone(),
        columns: exported
            .columns
            .iter()
            .map(|(name, kind)| OutColumn { name: name.clone(), kind: column_kind(*kind) })
            .collect(),
        geometry: exported.geometry,
        crs: crs.code().map_or(formats::Crs::LON_LAT, formats::Crs::Epsg),
    };
    if args.out.exists() {
        let place = args.out.display();
        return Err(Error::new(
            meydan_kernel::Kind::Conflict,
            "file-exists",
            format!("{place} zaten var; üzerine yazılmadı."),
            format!("{place} exists already; it was not overwritten."),
        )
        .into());
    }
    if args.with_personal {
        // Before it is written: what was taken away without a trace can't be told later.
        let event = SecurityEvent {
            kind: "personal_export",
            register: Some(register.name.clone()),
            detail: Some(format.word().to_owned()),
            ..SecurityEvent::default()
        };
        city.desk.note(&operator.act, event).await?;
    }
    let total = city.desk.count(&operator, &query).await?;
    let bar = bar(context, total);
    // A name of its own until it is whole, in the same folder, so that renaming is one step.
    let part = part_path(&args.out);
    let mut writer = formats::create(&part, format, layout).map_err(source_error)?;
    let mut unwritten = Unfinished(Some(part.clone()));
    let mut batches = city.desk.scan(&operator, query);
    let mut rows = 0u64;
    while let Some(batch) = batches.next().await {
        for record in batch? {
            writer.write(&exported.feature(&record)).map_err(source_error)?;
            rows += 1;
        }
        bar.set_position(rows);
    }
    writer.finish().map_err(source_error)?;
    std::fs::rename(&part, &args.out)?;
    unwritten.0 = None;
    bar.finish_and_clear();
    if context.json {
        println!(
            "{}",
            serde_json::json!({ "register": register.name, "file": args.out, "format": format.word(), "records": rows })
        );
    } else {
        println!("{}: {rows} {}", args.out.display(), context.say("kayıt", "records"));
    }
    Ok(ExitCode::SUCCESS)
}

/// A file that is thrown away unless it was finished.
struct Unfinished(Option<PathBuf>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // Nothing can be done here if it can't be removed; its name says what it is.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn part_path(out: &Path) -> PathBuf {
    let mut name = out.file_name().map(std::ffi::OsStr::to_os_string).unwrap_or_default();
    name.push(".part");
    out.with_file_name(name)
}

fn format(args: &Args) -> Result<Format> {
    let found = match &args.format {
        Some(word) => Format::from_name(Path::new(&format!("x.{word}"))),
        None => Format::from_name(&args.out),
    };
    found.ok_or_else(|| {
        Error::invalid(
            "format",
            "Biçim anlaşılmadı: gpkg, geojson, geojsons, csv, xlsx, zip (Shapefile), fgb, kml ya da gml olmalı.",
            "The format is not understood: it must be gpkg, geojson, geojsons, csv, xlsx, zip (Shapefile), fgb, kml or gml.",
        )
        .into()
    })
}

fn column_kind(kind: ColumnKind) -> Kind {
    match kind {
        ColumnKind::Bool => Kind::Bool,
        ColumnKind::Int => Kind::Int,
        ColumnKind::Real => Kind::Real,
        ColumnKind::Text => Kind::Text,
        ColumnKind::Date => Kind::Date,
        ColumnKind::Timestamp => Kind::Timestamp,
    }
}

fn bbox(text: &str) -> Result<Vec<Bbox>> {
    let numbers: Vec<f64> = text.split(',').filter_map(|n| n.trim().parse::<f64>().ok()).collect();
    match numbers.as_slice() {
        [w, s, e, n] if w <= e && s <= n => Ok(vec![Bbox::new(*w, *s, *e, *n)]),
        // It crosses the antimeridian: two boxes.
        [w, s, e, n] if s <= n => Ok(vec![Bbox::new(*w, *s, 180.0, *n), Bbox::new(-180.0, *s, *e, *n)]),
        _ => Err(Error::invalid("bbox", format!("Kutu anlaşılmadı: {text}"), format!("The box is not understood: {text}"))
            .hint("--bbox batı,güney,doğu,kuzey (derece)", "--bbox west,south,east,north (degrees)")
            .into()),
    }
}

fn instant(text: &str) -> Result<jiff::Timestamp> {
    if let Ok(instant) = text.parse() {
        return Ok(instant);
    }
    match text.parse::<jiff::civil::Date>() {
        Ok(day) => Ok(jiff::tz::offset(3).to_timestamp(day.at(0, 0, 0, 0))?),
        Err(_) => {
            Err(Error::invalid("time", format!("Zaman anlaşılmadı: {text}"), format!("The time is not understood: {text}"))
                .hint("2025-01-31T12:00:00+03:00 ya da 2025-01-31", "2025-01-31T12:00:00+03:00 or 2025-01-31")
                .into())
        }
    }
}

fn bar(context: &Context, total: u64) -> ProgressBar {
    if context.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total);
    if let Ok(style) = ProgressStyle::with_template("[{bar:30}] {pos}/{len} ({per_sec}, {eta})") {
        bar.set_style(style);
    }
    bar
}
