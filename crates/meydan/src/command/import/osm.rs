//! `meydan import osm`.

use super::{BAD_ROWS, DECLINED, Teller, print, rejects::Rejects, source, source::FileSource};
use crate::context::{City, Context};
use anyhow::Result;
use meydan_formats::{
    self as formats, Reader,
    osm::{self, Area, Extract, Mapping},
};
use meydan_geo::{GeometryType, Wkb};
use meydan_kernel::{
    Error,
    exchange::{self, CHANGESET_ROWS, Expected, ImportOptions, Override, Report},
};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

/// Load OpenStreetMap data (PBF) into several registers at once, by a mapping file.
///
/// The mapping says which elements go into which register and what fills each field. The one that comes with Meydan takes
/// streets, centrelines, buildings, door numbers and points of interest; --print-mapping writes it out to be edited. An element
/// is taken whole if one of its positions lies in the area. Each register is read and checked before it is changed; rows that
/// can't be taken (a house number whose street is not found, say) are written to a file with the reason.
///
/// Exit codes: 0 done, 1 the file or the options are wrong, 2 rows are bad and nothing more was changed, 3 not confirmed.
#[derive(clap::Args)]
pub struct Args {
    /// The file (.osm.pbf).
    #[arg(required_unless_present = "print_mapping")]
    file: Option<PathBuf>,
    /// Mapping file; if left out the one that comes with Meydan.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Area: west,south,east,north in degrees, or a file with polygons.
    #[arg(long, value_name = "W,S,E,N|FILE", allow_hyphen_values = true)]
    area: Option<String>,
    /// Print the mapping that comes with Meydan, and do nothing else.
    #[arg(long)]
    print_mapping: bool,
    /// Only look: read, check, report.
    #[arg(long)]
    dry_run: bool,
    /// Take the good rows though others are bad.
    #[arg(long)]
    skip_errors: bool,
    /// Do not ask before changing the registers.
    #[arg(long, short)]
    yes: bool,
    /// Folder for the files of rows put aside; else this one.
    #[arg(long, value_name = "FOLDER")]
    rejects: Option<PathBuf>,
    /// Why, for the log.
    #[arg(long)]
    reason: Option<String>,
}

/// Runs it.
///
/// # Errors
/// What is wrong with the file, the options or the store.
pub async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    let Some(file) = args.file.clone().filter(|_| !args.print_mapping) else {
        print!("{}", meydan_modules::city::OSM_MAPPING);
        return Ok(ExitCode::SUCCESS);
    };
    let text = match &args.mapping {
        Some(path) => std::fs::read_to_string(path).map_err(|e| source::error(e.into()))?,
        None => meydan_modules::city::OSM_MAPPING.to_owned(),
    };
    let mapping = Mapping::read(&text).map_err(source::error)?;
    let area = args.area.as_deref().map(area).transpose()?;
    let city = context.city().await?;
    check_fields(&city, &mapping)?;
    let started = Instant::now();
    let bar = super::bar(context);
    bar.set_message(context.say("Okunuyor", "Reading"));
    let loaded = tokio::task::block_in_place(|| {
        osm::load(&file, &mapping, area.as_ref(), &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
    })
    .map_err(source::error)?;
    bar.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    tell_read(context, &loaded.counts, seconds);
    let mut all = Registers { context, city: &city, args: &args, file: &file, expected: Vec::new(), reports: Vec::new() };
    let mut code = ExitCode::SUCCESS;
    for extract in loaded.extracts {
        if let Some(stop) = all.import(extract).await? {
            code = ExitCode::from(stop);
            if !args.dry_run {
                break;
            }
        }
    }
    if context.json {
        let counts = &loaded.counts;
        let told = serde_json::json!({
            "file": file, "nodes": counts.nodes, "ways": counts.ways, "relations": counts.relations,
            "incomplete": counts.incomplete, "read_seconds": seconds, "registers": all.reports,
        });
        println!("{}", serde_json::to_string_pretty(&told)?);
    }
    Ok(code)
}

/// The registers, one after another.
struct Registers<'a> {
    context: &'a Context,
    city: &'a City,
    args: &'a Args,
    file: &'a Path,
    /// What a dry run has not written, but later registers refer to.
    expected: Vec<Expected>,
    reports: Vec<Report>,
}

impl Registers<'_> {
    /// Imports one; the exit code if it is not to go on.
    async fn import(&mut self, mut extract: Extract) -> Result<Option<u8>> {
        let (context, args) = (self.context, self.args);
        let name = self.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let options = ImportOptions {
            overrides: overrides(&extract),
            dry_run: args.dry_run,
            skip_errors: args.skip_errors,
            changeset_rows: CHANGESET_ROWS,
            expected: self.expected.clone(),
            ..ImportOptions::new(extract.register.clone(), name.clone())
        };
        if args.dry_run {
            let values = extract.keys().map_err(source::error)?;
            self.expected.push(Expected { register: extract.register.clone(), field: extract.key.clone(), values });
        }
        let stem = format!("{}-{}", name.split('.').next().unwrap_or_default(), extract.register);
        let named = args.rejects.as_ref().map(|folder| folder.join(format!("{stem}.rejected.geojson")));
        let rejects = Rejects::new(Path::new(&stem), named, args.dry_run, &extract)?;
        let mut principal = context.operator("import");
        principal.act.reason = args.reason.clone();
        let mut teller = Teller::new(context, rejects, args.yes);
        let source = Box::new(FileSource::new(Box::new(extract)));
        let report = exchange::import(&self.city.desk, &principal, source, &options, &mut teller).await?;
        teller.bar.finish_and_clear();
        let declined = teller.declined;
        let aside = teller.rejects.finish()?;
        if !context.json {
            print::report(&report, context.lang, aside.as_deref());
            println!();
        }
        let bad = report.rejected > 0 && !report.applied;
        self.reports.push(report);
        Ok(match (declined, bad) {
            (true, _) => Some(DECLINED),
            (_, true) => Some(BAD_ROWS),
            _ => None,
        })
    }
}

/// Columns bear the fields' names.
fn overrides(extract: &Extract) -> Vec<Override> {
    let by = |column: &str| extract.lookups.iter().find(|(c, _)| c == column).map(|(_, by)| by.clone());
    let columns = extract.columns().iter().map(|c| c.name.clone());
    columns
        .map(|name| match by(&name) {
            Some(by) => Override::Lookup(name.clone(), name, by),
            None => Override::Column(name.clone(), name),
        })
        .collect()
}

/// Says what the mapping names that is not there, before anything is read.
fn check_fields(city: &City, mapping: &Mapping) -> Result<()> {
    for target in &mapping.targets {
        let register = city.desk.register(&target.register)?;
        if let Some(name) = target.fields.keys().find(|name| register.field(name).is_none()) {
            return Err(Error::invalid(
                "no-such-field",
                format!("“{}” kütüğünde “{name}” alanı yok.", register.title.tr),
                format!("The register “{}” has no field “{name}”.", register.title.en),
            )
            .into());
        }
    }
    Ok(())
}

/// A box, or the polygons of a file.
fn area(text: &str) -> Result<Area> {
    if !Path::new(text).exists() {
        return Ok(Area::of_box(text).map_err(source::error)?);
    }
    let reader = formats::open(Path::new(text), &formats::Options::default()).map_err(source::error)?;
    let crs = reader.crs().epsg().and_then(meydan_geo::Crs::from_epsg).ok_or_else(|| {
        Error::invalid(
            "unknown-crs",
            "Alan dosyasının koordinat sistemi bilinmiyor.",
            "The coordinate system of the area's file is not known.",
        )
    })?;
    let mut polygons = Vec::new();
    for feature in reader {
        let geometry: Option<Wkb> = feature.map_err(source::error)?.geometry;
        let areal = geometry.filter(|g| matches!(g.geometry_type(), GeometryType::Polygon | GeometryType::MultiPolygon));
        polygons.extend(areal.and_then(|g| crs.inverse_geometry(&g)));
    }
    Ok(Area::of_polygons(polygons).map_err(source::error)?)
}

fn tell_read(context: &Context, counts: &osm::Counts, seconds: f64) {
    if context.json {
        return;
    }
    let objects = counts.nodes + counts.ways + counts.relations;
    let speed = objects as f64 / seconds.max(1e-3);
    println!(
        "{} {}, {} {}, {} {} ({seconds:.1} s, {speed:.0}/s)",
        counts.nodes,
        context.say("düğüm", "nodes"),
        counts.ways,
        context.say("yol", "ways"),
        counts.relations,
        context.say("ilişki", "relations"),
    );
    if counts.incomplete > 0 {
        println!(
            "{} {}",
            counts.incomplete,
            context.say("nesnenin parçaları dosyada yok; alınmadı.", "objects are not whole in the file and were left out.")
        );
    }
    println!();
}
