//! `meydan import`.

mod osm;
mod print;
mod rejects;
mod source;
#[cfg(test)]
mod tests;

use crate::context::Context;
use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use meydan_formats as formats;
use meydan_geo::feature::Feature;
use meydan_kernel::{
    Error, Lang,
    exchange::{self, CHANGESET_ROWS, ImportOptions, Listener, Override, Phase, Report, RowFault},
};
use rejects::Rejects;
use source::FileSource;
pub use source::error as source_error;
use std::{
    io::{IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
};

/// Exit code when rows are bad and nothing was changed (with --dry-run: when rows are bad).
const BAD_ROWS: u8 = 2;
/// Exit code when the person said no.
const DECLINED: u8 = 3;

/// Bring a delivery (GeoPackage, GeoJSON, CSV, Excel, zipped Shapefile, FlatGeobuf, KML, GML, DXF) into a register.
///
/// Columns are matched to fields by name and meaning, in Turkish and English, and shown first. The whole file is read and
/// checked before anything is changed; if a row is bad, nothing is changed unless --skip-errors. Rows are matched to records
/// by the register's key: a yearly delivery becomes new, changed, unchanged and missing records. Geometry is brought to
/// longitude/latitude and repaired where that loses nothing; rows that can't be taken are written to a file with the reason.
///
/// Exit codes: 0 done, 1 the file or the options are wrong, 2 rows are bad and nothing was changed, 3 not confirmed.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    many: Option<Many>,
    /// The file.
    #[arg(required = true)]
    file: Option<PathBuf>,
    /// The register.
    #[arg(long, value_name = "REGISTER", required = true)]
    into: Option<String>,
    /// Layer of the file, or sheet of the workbook, where there are several. Of a drawing LAYER, LAYER:ENTITY or :ENTITY.
    #[arg(long)]
    layer: Option<String>,
    /// field=column, field:=constant or field= (nothing); wins over the guess. May be given several times.
    #[arg(long, value_name = "FIELD=COLUMN")]
    map: Vec<String>,
    /// field=column:by — the record of the referenced register whose field `by` has the column's value.
    #[arg(long, value_name = "FIELD=COLUMN:BY")]
    lookup: Vec<String>,
    /// CRS of the file's coordinates, if it does not say or says it wrong, e.g. EPSG:5257 (TUREF/TM39).
    #[arg(long)]
    crs: Option<String>,
    /// Fields that name a record, comma separated, instead of the register's key; `none`: every row is a new record.
    #[arg(long, value_name = "FIELDS")]
    key: Option<String>,
    /// Only look: read, check, report.
    #[arg(long)]
    dry_run: bool,
    /// Take the good rows though others are bad.
    #[arg(long)]
    skip_errors: bool,
    /// End the records that the file does not hold. Refused above 20 % of the register without --force.
    #[arg(long)]
    delete_missing: bool,
    /// With --delete-missing: end even so many.
    #[arg(long)]
    force: bool,
    /// Do not ask before changing the register.
    #[arg(long, short)]
    yes: bool,
    /// File for the rows put aside; else <name>.rejected.geojson or .csv here, if there are any.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Rows of one changeset.
    #[arg(long, default_value_t = CHANGESET_ROWS)]
    changeset_rows: usize,
    /// Why, for the log.
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    text: TextArgs,
}

/// Deliveries that fill several registers.
#[derive(clap::Subcommand)]
enum Many {
    Osm(osm::Args),
}

/// How to read delimited text.
#[derive(clap::Args)]
struct TextArgs {
    /// CSV: delimiter, if it is not found out right.
    #[arg(long)]
    delimiter: Option<char>,
    /// CSV: encoding, e.g. windows-1254.
    #[arg(long)]
    encoding: Option<String>,
    /// CSV, Excel: column of the longitude or easting.
    #[arg(long, requires = "y")]
    x: Option<String>,
    /// CSV, Excel: column of the latitude or northing.
    #[arg(long, requires = "x")]
    y: Option<String>,
    /// CSV, Excel: column of WKT.
    #[arg(long)]
    wkt: Option<String>,
    /// CSV, Excel: read no geometry.
    #[arg(long)]
    no_geometry: bool,
}

impl TextArgs {
    fn options(self) -> Result<formats::csv::Options> {
        let delimiter = match self.delimiter {
            Some(c) if c.is_ascii() => Some(c as u8),
            Some(c) => {
                let (tr, en) = (format!("Ayırıcı olamaz: “{c}”"), format!("No delimiter: “{c}”"));
                return Err(Error::invalid("delimiter", tr, en)
                    .hint("Bir ASCII karakteri olmalı: , ; | ya da sekme.", "It must be one ASCII character: , ; | or a tab.")
                    .into());
            }
            None => None,
        };
        Ok(formats::csv::Options {
            delimiter,
            encoding: self.encoding,
            x: self.x,
            y: self.y,
            wkt: self.wkt,
            no_geometry: self.no_geometry,
        })
    }
}

/// Runs it.
///
/// # Errors
/// What is wrong with the file, the options or the store.
pub async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    if let Some(Many::Osm(args)) = args.many {
        return osm::run(context, args).await;
    }
    // The command line asks for both where no other command is named.
    let (file, into) = (args.file.unwrap_or_default(), args.into.unwrap_or_default());
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut options = ImportOptions::new(into, name);
    for word in &args.map {
        options.overrides.push(Override::read(word)?);
    }
    for word in &args.lookup {
        options.overrides.push(Override::read_lookup(word)?);
    }
    options.key = args.key.map(|k| match k.as_str() {
        "none" => Vec::new(),
        k => k.split(',').map(|f| f.trim().to_owned()).collect(),
    });
    options.crs = match args.crs.as_deref().map(formats::Crs::from_name) {
        None => None,
        Some(formats::Crs::Epsg(code)) => Some(code),
        Some(other) => {
            let (tr, en) = (
                format!("Koordinat sistemi anlaşılmadı: {other}"),
                format!("The coordinate system is not understood: {other}"),
            );
            return Err(Error::invalid("crs", tr, en).into());
        }
    };
    options.dry_run = args.dry_run;
    options.skip_errors = args.skip_errors;
    options.delete_missing = args.delete_missing;
    options.force = args.force;
    options.changeset_rows = args.changeset_rows;
    let read = formats::Options { layer: args.layer, csv: args.text.options()? };
    let reader = formats::open(&file, &read).map_err(source::error)?;
    let rejects = Rejects::new(&file, args.rejects, args.dry_run, reader.as_ref())?;
    let city = context.city().await?;
    let mut principal = context.operator("import");
    principal.act.reason = args.reason;
    let mut teller = Teller::new(context, rejects, args.yes);
    let report = exchange::import(&city.desk, &principal, Box::new(FileSource::new(reader)), &options, &mut teller).await?;
    teller.bar.finish_and_clear();
    let declined = teller.declined;
    let aside = teller.rejects.finish()?;
    if context.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print::report(&report, context.lang, aside.as_deref());
    }
    Ok(if declined {
        ExitCode::from(DECLINED)
    } else if report.rejected > 0 && !report.applied {
        ExitCode::from(BAD_ROWS)
    } else {
        ExitCode::SUCCESS
    })
}

fn is_watched(context: &Context) -> bool {
    std::io::stderr().is_terminal() && !context.json
}

/// A bar for a person who looks on; hidden else.
fn bar(context: &Context) -> ProgressBar {
    let bar = if is_watched(context) { ProgressBar::new(0) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} ({per_sec}, {eta})") {
        bar.set_style(style);
    }
    bar
}

/// Tells a person how the import goes.
struct Teller {
    lang: Lang,
    json: bool,
    ask: bool,
    bar: ProgressBar,
    phase: Option<Phase>,
    rejects: Rejects,
    declined: bool,
}

impl Teller {
    fn new(context: &Context, rejects: Rejects, yes: bool) -> Self {
        let (terminal, bar) = (is_watched(context), bar(context));
        let ask = terminal && std::io::stdin().is_terminal() && !yes;
        Self { lang: context.lang, json: context.json, ask, bar, phase: None, rejects, declined: false }
    }
}

impl Listener for Teller {
    fn mapped(&mut self, report: &Report) {
        if !self.json {
            print::mapping(report, self.lang);
        }
    }

    fn progress(&mut self, phase: Phase, done: u64, total: Option<u64>) {
        if self.phase != Some(phase) {
            self.phase = Some(phase);
            self.bar.reset();
            self.bar.set_message(print::phase(phase, self.lang));
        }
        if let Some(total) = total {
            self.bar.set_length(total.max(done));
        }
        self.bar.set_position(done);
    }

    fn rejected(&mut self, feature: Option<&Feature>, faults: &[RowFault]) -> meydan_kernel::Result<()> {
        self.rejects.write(feature, faults, self.lang).map_err(|e| {
            let error: meydan_kernel::Error = source::error(e);
            error
        })
    }

    fn confirm(&mut self, report: &Report) -> bool {
        if !self.ask {
            return true;
        }
        self.bar.suspend(|| {
            print::counts(report, self.lang);
            let question = match self.lang {
                Lang::Tr => "Uygulansın mı? [e/H] ",
                Lang::En => "Apply? [y/N] ",
            };
            eprint!("{question}");
            let _ = std::io::stderr().flush();
        });
        let mut answer = String::new();
        let said = std::io::stdin().read_line(&mut answer).is_ok();
        let yes = said && matches!(answer.trim().to_lowercase().as_str(), "e" | "evet" | "y" | "yes");
        self.declined = !yes;
        yes
    }
}
