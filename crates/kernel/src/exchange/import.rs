//! The import: guess, read and check everything, then apply.

use super::{
    CHANGESET_ROWS, From, Guess, MAX_DELETED_PERCENT, Mapping, Override, Report, RowFault, SAMPLE_ROWS, Source, SourceCrs,
    SourceFault,
    convert::Converter,
    geometry::{self, Way},
    lookup::Lookups,
    producer::Producer,
    reconcile::Reconciler,
    run::Run,
};
use crate::{Desk, Error, Principal, Register, Result, desk::MAX_CHANGES};
use meydan_geo::feature::{Column, Feature};
use std::{sync::Arc, time::Instant};

/// Changed records after which the store is told of a large load.
const LARGE: u64 = 10_000;

/// What to do with a delivery.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// The register.
    pub register: String,
    /// Name of the source, for the log and the report.
    pub source_name: String,
    /// A person's words on the mapping.
    pub overrides: Vec<Override>,
    /// Fields of the key, instead of the register's; empty: every row is a new record.
    pub key: Option<Vec<String>>,
    /// EPSG code, instead of what the source says.
    pub crs: Option<u32>,
    /// Only look.
    pub dry_run: bool,
    /// Apply the good rows though others are bad.
    pub skip_errors: bool,
    /// End records that the delivery does not hold.
    pub delete_missing: bool,
    /// Delete even more than [`MAX_DELETED_PERCENT`], or though some rows had no readable key.
    pub force: bool,
    /// Rows of one changeset, at most [`MAX_CHANGES`].
    pub changeset_rows: usize,
    /// What deliveries before this one bring to other registers; for a dry run, in which they are not there yet.
    pub expected: Vec<Expected>,
}

/// Values that records of a register will have.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The register.
    pub register: String,
    /// The field.
    pub field: String,
    /// Its values.
    pub values: Vec<String>,
}

impl ImportOptions {
    /// The usual options for a register.
    pub fn new(register: impl Into<String>, source_name: impl Into<String>) -> Self {
        Self {
            register: register.into(),
            source_name: source_name.into(),
            overrides: Vec::new(),
            key: None,
            crs: None,
            dry_run: false,
            skip_errors: false,
            delete_missing: false,
            force: false,
            changeset_rows: CHANGESET_ROWS,
            expected: Vec::new(),
        }
    }
}

/// Where an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// First pass: reading and checking.
    Check,
    /// Second pass: writing.
    Apply,
    /// Ending missing records.
    Delete,
}

/// Who follows an import.
pub trait Listener: Send {
    /// The mapping was made and nothing has happened yet.
    fn mapped(&mut self, _report: &Report) {}
    /// So many rows are done, of about `total`.
    fn progress(&mut self, _phase: Phase, _done: u64, _total: Option<u64>) {}
    /// A row is put aside; `None` if it could not even be read.
    ///
    /// # Errors
    /// If the row can't be kept; the import stops, nothing is changed.
    fn rejected(&mut self, _feature: Option<&Feature>, _faults: &[RowFault]) -> Result<()> {
        Ok(())
    }
    /// All is checked; go on and change the register?
    fn confirm(&mut self, _report: &Report) -> bool {
        true
    }
}

/// Imports a delivery. If rows are bad and `skip_errors` is not set, nothing is changed and the report says so
/// (`applied` is false).
///
/// # Errors
/// Faults of the whole source or of the options, before anything is changed; faults of the store, after which a second run
/// goes on where the first stopped.
pub async fn import(
    desk: &Desk,
    principal: &Principal,
    source: Box<dyn Source>,
    options: &ImportOptions,
    listener: &mut dyn Listener,
) -> Result<Report> {
    let started = Instant::now();
    let register = desk.register(&options.register)?;
    let principal = principal.clone().through(&format!("import:{}", options.source_name));
    let total = source.estimate();
    let (producer, mut report) = prepare(desk, &principal, &register, source, options, listener).await?;
    let mut run = Run { desk, principal: &principal, register: &register, listener, report: &mut report, total };
    let producer = run.check(producer).await?;
    let missing = producer.reconciler.missing_records();
    let (records, without_key) = (producer.reconciler.total, producer.without_key);
    report.check_seconds = started.elapsed().as_secs_f64();
    if options.delete_missing {
        guard_deletion(&register, missing.len() as u64, records, without_key, options.force)?;
    }
    let stop = options.dry_run || report.rejected > 0 && !options.skip_errors;
    if stop || !listener.confirm(&report) {
        return Ok(report);
    }
    let started = Instant::now();
    let mut run = Run { desk, principal: &principal, register: &register, listener, report: &mut report, total };
    run.apply(producer).await?;
    if options.delete_missing {
        run.delete(missing, options.changeset_rows.clamp(1, MAX_CHANGES)).await?;
    }
    report.applied = true;
    if report.inserted + report.updated >= LARGE {
        // Only speed hangs on it, and the store sees to it by itself sooner or later: the import is done either way.
        let _ = desk.store().loaded(std::slice::from_ref(&register.name)).await;
    }
    report.apply_seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// Guesses, reads what is looked up in and what is there; nothing of the delivery but a sample.
async fn prepare(
    desk: &Desk,
    principal: &Principal,
    register: &Arc<Register>,
    mut source: Box<dyn Source>,
    options: &ImportOptions,
    listener: &mut dyn Listener,
) -> Result<(Producer, Report)> {
    let sample = sample(source.as_mut())?;
    let catalogue = desk.catalogue();
    let mut mapping = Mapping::make(&catalogue, register, source.columns(), &sample, &options.overrides)?;
    let expected = if options.dry_run { options.expected.as_slice() } else { &[] };
    let lookups = Lookups::read(desk, principal, register, &mapping, expected).await?;
    drop_unfounded(&mut mapping, &lookups, source.columns(), &sample);
    let with_geometry = register.geometry.is_some() && source.has_geometry();
    if mapping.fields.is_empty() && !with_geometry {
        return Err(nothing_mapped(source.as_ref()));
    }
    let crs = options.crs.map_or_else(|| source.crs(), SourceCrs::Epsg);
    let system = if with_geometry { Some(geometry::system(&crs)?) } else { None };
    let way = register.geometry.as_ref().zip(system).map(|(definition, system)| Way::new(system, definition.kind));
    let key = key(register, options)?;
    let report = Report {
        register: register.name.clone(),
        source: options.source_name.clone(),
        dry_run: options.dry_run,
        mapping: mapping.fields.clone(),
        unused_columns: mapping.unused_columns.clone(),
        crs: system.map(|s| s.curie()).unwrap_or_default(),
        key: key.iter().filter_map(|at| register.fields.get(*at)).map(|f| f.name.clone()).collect(),
        ..Report::default()
    };
    listener.mapped(&report);
    let converter = Converter::new(&catalogue, register, source.columns(), &sample, &mapping, lookups)?;
    let fields: Vec<usize> = converter.fields().collect();
    if let Some(missing) = key.iter().find(|at| !fields.contains(at)) {
        return Err(key_not_mapped(register, *missing));
    }
    let producer = Producer {
        reconciler: Reconciler::read(desk, principal, register, key, fields, with_geometry).await?,
        source,
        converter,
        way,
        part_rows: options.changeset_rows.clamp(1, MAX_CHANGES),
        first: true,
        rejected: Vec::new(),
        mended: Vec::new(),
        without_key: 0,
    };
    Ok((producer, report))
}

/// Takes back guesses that a reference is looked up by a name, if no name of the sample is found. Guesses by an official
/// number stay: that none is found means that the other register is not filled yet, which a person must hear.
fn drop_unfounded(mapping: &mut Mapping, lookups: &Lookups, columns: &[Column], sample: &[Feature]) {
    let mut dropped = Vec::new();
    mapping.fields.retain(|mapped| {
        let From::Lookup { column, .. } = &mapped.from else { return true };
        let at = columns.iter().position(|c| c.name == *column);
        let values = sample.iter().filter_map(|f| f.values.get(at?));
        let keep = mapped.why != Guess::Likely || lookups.knows(&mapped.field, values);
        if !keep {
            dropped.push(column.clone());
        }
        keep
    });
    mapping.unused_columns.extend(dropped);
}

fn sample(source: &mut dyn Source) -> Result<Vec<Feature>> {
    let mut sample = Vec::with_capacity(SAMPLE_ROWS);
    for _ in 0..SAMPLE_ROWS {
        match source.next() {
            // The geometry is not needed, and could be large.
            Some(Ok(feature)) => sample.push(Feature { geometry: None, ..feature }),
            Some(Err(fault)) if fault.row.is_some() => {}
            Some(Err(fault)) => return Err(source_error(fault)),
            None => break,
        }
    }
    source.rewind().map_err(source_error)?;
    Ok(sample)
}

pub(super) fn source_error(fault: SourceFault) -> Error {
    Error::invalid(fault.code, fault.message.tr, fault.message.en)
}

fn nothing_mapped(source: &dyn Source) -> Error {
    let names = source.columns().iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ");
    Error::invalid(
        "nothing-mapped",
        "Hiçbir sütun bu kütüğün bir alanıyla eşleşmedi.",
        "No column was matched to a field of this register.",
    )
    .hint(
        format!("--map alan=sütun ile eşleyin. Sütunlar: {names}"),
        format!("Map them by --map field=column. Columns: {names}"),
    )
}

fn key(register: &Register, options: &ImportOptions) -> Result<Vec<usize>> {
    let Some(names) = &options.key else { return Ok(register.key_indexes()) };
    names
        .iter()
        .map(|name| {
            register.field_index(name).ok_or_else(|| {
                Error::invalid(
                    "no-such-field",
                    format!("“{}” kütüğünde “{name}” alanı yok.", register.title.tr),
                    format!("The register “{}” has no field “{name}”.", register.title.en),
                )
            })
        })
        .collect()
}

fn key_not_mapped(register: &Register, at: usize) -> Error {
    let (name, title) = register.fields.get(at).map_or(("", ""), |f| (f.name.as_str(), f.title.tr.as_str()));
    Error::invalid(
        "key-not-mapped",
        format!("Anahtar alanı “{title}” ({name}) hiçbir sütunla eşleşmedi."),
        format!("No column fills the key's field “{name}”."),
    )
    .hint(
        format!(
            "--map {name}=sütun ile eşleyin, --key ile başka bir anahtar seçin, ya da --key none ile hepsini yeni kayıt sayın."
        ),
        format!("Map it by --map {name}=column, choose another key by --key, or take all rows for new records by --key none."),
    )
}

fn guard_deletion(register: &Register, missing: u64, records: u64, without_key: u64, force: bool) -> Result<()> {
    if force || missing == 0 {
        return Ok(());
    }
    if missing * 100 > records * MAX_DELETED_PERCENT {
        return Err(Error::new(
            crate::Kind::Conflict,
            "too-many-missing",
            format!("Dosyada olmayan {missing} kayıt silinecekti: “{}” kütüğünün %{MAX_DELETED_PERCENT} sınırının üstünde. Hiçbir şey değiştirilmedi.", register.title.tr),
            format!("{missing} records that the file does not hold would have been ended: over the limit of {MAX_DELETED_PERCENT} % of the register “{}”. Nothing was changed.", register.title.en),
        )
        .hint("Dosya tamsa --force ekleyin.", "Add --force if the file is complete."));
    }
    if without_key > 0 {
        return Err(Error::new(
            crate::Kind::Conflict,
            "unreadable-keys",
            format!("{without_key} satırın anahtarı okunamadı; hangi kayıtların eksik olduğu bilinemez. Hiçbir şey değiştirilmedi."),
            format!("The key of {without_key} rows could not be read; which records are missing can't be known. Nothing was changed."),
        )
        .hint("Satırları düzeltin ya da --force ekleyin.", "Correct the rows, or add --force."));
    }
    Ok(())
}
