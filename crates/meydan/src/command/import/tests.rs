//! The real deliveries of Trabzon through the desk into a real store, with the registers of the city.

#![allow(clippy::unwrap_used)] // a test that can't go on should stop where it stands

use super::source::FileSource;
use futures::StreamExt as _;
use meydan_formats::{self as formats, Format, Kind, Layout, OutColumn};
use meydan_geo::feature::Feature;
use meydan_kernel::{
    Act, Desk, Principal, Query, Record, Value, catalogue,
    exchange::{
        ColumnKind, ExportOptions, Exported, ImportOptions, Listener, Override, References, Report, RowFault, export_layout,
        import,
    },
    store::LogQuery,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

fn data(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/01-admin").join(name);
    assert!(path.exists(), "the test data {} is missing: it lies beside the checkout", path.display());
    path
}

struct City {
    desk: Desk,
    act: Principal,
    folder: tempfile::TempDir,
}

#[derive(Default)]
struct Kept {
    rejected: Vec<u64>,
    decline: bool,
}

impl Listener for Kept {
    fn rejected(&mut self, _feature: Option<&Feature>, faults: &[RowFault]) -> meydan_kernel::Result<()> {
        self.rejected.extend(faults.first().map(|f| f.row));
        Ok(())
    }

    fn confirm(&mut self, _report: &Report) -> bool {
        !self.decline
    }
}

impl City {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = meydan_store::open(&folder.path().join("city.gpkg").display().to_string()).await.unwrap();
        let wanted = catalogue::load(&meydan_modules::sources()).unwrap();
        crate::context::bring(&store, &wanted).await.unwrap();
        let desk = Desk::new(store, Arc::new(wanted)).unwrap();
        let act = Act { person: "Ayşe Yılmaz".into(), post: "CBS uzmanı".into(), source: "test".into(), ..Act::default() };
        Self { desk, act: Principal::operator(act), folder }
    }

    async fn take(
        &self,
        path: &Path,
        layer: Option<&str>,
        options: &ImportOptions,
        kept: &mut Kept,
    ) -> meydan_kernel::Result<Report> {
        let read = formats::Options { layer: layer.map(str::to_owned), ..formats::Options::default() };
        let reader = formats::open(path, &read).map_err(super::source::error)?;
        import(&self.desk, &self.act, Box::new(FileSource::new(reader)), options, kept).await
    }

    async fn records(&self, register: &str) -> Vec<Record> {
        let register = self.desk.register(register).unwrap();
        let batches: Vec<_> = self.desk.scan(&self.act, Query::all(register)).collect().await;
        batches.into_iter().flat_map(Result::unwrap).collect()
    }

    async fn value(&self, register: &str, record: &Record, field: &str) -> Value {
        record.value(&self.desk.register(register).unwrap(), field).unwrap().clone()
    }

    async fn write_out(&self, register: &str, mut exported: Exported, format: Format, crs: formats::Crs) -> PathBuf {
        let kind = |k| match k {
            ColumnKind::Int => Kind::Int,
            ColumnKind::Real => Kind::Real,
            _ => Kind::Text,
        };
        let columns = exported.columns.iter().map(|(name, k)| OutColumn { name: name.clone(), kind: kind(*k) }).collect();
        let layout = Layout { layer: register.to_owned(), columns, geometry: exported.geometry, crs };
        let path = self.folder.path().join(format!("out.{}", format.word()));
        let mut writer = formats::create(&path, format, layout).unwrap();
        for record in self.records(register).await {
            writer.write(&exported.feature(&record)).unwrap();
        }
        writer.finish().unwrap();
        path
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn into(register: &str, name: &str) -> ImportOptions {
    ImportOptions { skip_errors: true, ..ImportOptions::new(register, name) }
}

/// Districts, neighbourhoods and streets, as a municipality would do on its first day.
async fn first_day(city: &City) {
    let kept = &mut Kept::default();
    let gpkg = data("trabzon_admin_valid.gpkg");
    let districts = city.take(&gpkg, Some("ilce"), &into("district", "ilce"), kept).await.unwrap();
    assert_eq!((districts.inserted, districts.rejected, districts.applied), (18, 0, true));
    let places = city.take(&gpkg, Some("mahalle"), &into("neighbourhood", "mahalle"), kept).await.unwrap();
    // Two neighbourhoods have no official number in this file.
    assert_eq!((places.rows, places.inserted, places.rejected), (710, 708, 2));
    assert_eq!(kept.rejected, [348, 639]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_day_and_the_day_after() {
    let city = City::new().await;
    first_day(&city).await;
    let records = city.records("neighbourhood").await;
    assert_eq!(records.len(), 708);
    // References were looked up by the official number of the district.
    let districts: Vec<_> = city.records("district").await;
    for record in &records {
        let Value::Reference(district) = city.value("neighbourhood", record, "district").await else { panic!("no district") };
        assert!(districts.iter().any(|d| d.id == district));
        assert_eq!(record.version, 1);
    }
    // The act says where they came from.
    let log = city.desk.log(&city.act, &LogQuery { limit: 1, ..LogQuery::default() }).await.unwrap();
    assert_eq!(log.first().unwrap().act.source, "import:mahalle");

    // The same file again changes nothing, not even a version.
    let again = city
        .take(&data("trabzon_admin_valid.gpkg"), Some("mahalle"), &into("neighbourhood", "mahalle"), &mut Kept::default())
        .await
        .unwrap();
    assert_eq!((again.inserted, again.updated, again.unchanged, again.missing, again.changesets), (0, 0, 708, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn streets_and_population_join_by_official_numbers() {
    let city = City::new().await;
    first_day(&city).await;
    // The list of 718 brings the ten that have no polygon, or had no number: records without geometry.
    let list = city
        .take(&data("trabzon_nvi_mahalle_718.csv"), None, &into("neighbourhood", "list"), &mut Kept::default())
        .await
        .unwrap();
    assert_eq!((list.inserted, list.updated, list.rejected, list.missing), (10, 708, 0, 0));
    let records = city.records("neighbourhood").await;
    assert_eq!(records.iter().filter(|r| r.geometry.is_none()).count(), 10, "an update without geometry keeps the geometry");

    let streets =
        city.take(&data("trabzon_nvi_csbm_16824.csv"), None, &into("street", "csbm"), &mut Kept::default()).await.unwrap();
    assert_eq!((streets.inserted, streets.rejected), (16_824, 0));
    let records = city.records("street").await;
    let mut clusters = 0;
    for record in &records {
        clusters += usize::from(city.value("street", record, "type").await == Value::Text("kume_evler".into()));
    }
    assert_eq!(clusters, 5_132, "“Küme Evler” became the code");

    let population = city
        .take(&data("trabzon_mahalle_population.csv"), None, &into("neighbourhood", "population"), &mut Kept::default())
        .await
        .unwrap();
    assert_eq!((population.rows, population.rejected, population.inserted), (716, 0, 0));
    let mut sum = 0;
    for record in city.records("neighbourhood").await {
        if let Value::Int(n) = city.value("neighbourhood", &record, "population").await {
            sum += n;
        }
    }
    assert_eq!(sum, 824_348);
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_rings_are_repaired_and_named() {
    let city = City::new().await;
    first_day(&city).await;
    let report = city
        .take(&data("trabzon_mahalle_710.geojson"), None, &into("neighbourhood", "raw"), &mut Kept::default())
        .await
        .unwrap();
    assert_eq!(report.repaired, 3);
    let rows: Vec<u64> = report.repairs.iter().map(|r| r.row).collect();
    assert_eq!(rows, [50, 177, 191]);
    assert!(report.repairs.iter().all(|r| r.message.tr.contains("yeniden kuruldu") && r.message.en.contains("rebuilt")));
    assert_eq!((report.updated, report.unchanged), (3, 705));
    for record in city.records("neighbourhood").await {
        assert_eq!(meydan_geo::validity::check(record.geometry.as_ref().unwrap()), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_row_and_nothing_is_changed() {
    let city = City::new().await;
    let text = "ilce_id;ilce;nufus;alan\n1;Birinci;1.234;12,5\n2;İkinci;çok;3\n1;Yine birinci;5;1\n;Numarasız;5;1\n4;Dördüncü;-7;1\n5;Beşinci;7\n";
    let path = city.file("ilceler.csv", text);
    let mut kept = Kept::default();
    let strict = ImportOptions::new("district", "ilceler.csv");
    let report = city.take(&path, None, &strict, &mut kept).await.unwrap();
    assert!(!report.applied);
    assert_eq!((report.inserted, report.rejected, report.duplicates), (1, 5, 1));
    kept.rejected.sort_unstable();
    assert_eq!(kept.rejected, [3, 4, 5, 6, 7]);
    let nufus = report.faults.iter().find(|f| f.row == 3).unwrap();
    assert_eq!((nufus.field.as_deref(), nufus.value.as_deref()), (Some("population"), Some("çok")));
    assert!(
        report.faults.iter().any(|f| f.row == 6 && f.field.as_deref() == Some("population")),
        "the definition's minimum: {:?}",
        report.faults
    );
    assert!(city.records("district").await.is_empty());
    assert_eq!(city.desk.head(), 0);

    // Skipping the bad ones takes the good one, with its Turkish numbers.
    let report = city.take(&path, None, &into("district", "ilceler.csv"), &mut Kept::default()).await.unwrap();
    assert!(report.applied);
    let records = city.records("district").await;
    assert_eq!(records.len(), 1);
    assert_eq!(city.value("district", &records[0], "population").await, Value::Int(1_234));
    assert_eq!(city.value("district", &records[0], "area_km2").await, Value::Real(12.5));
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_records_end_only_when_asked_and_guarded() {
    let city = City::new().await;
    first_day(&city).await;
    let some = |n: usize| {
        let text = std::fs::read_to_string(data("trabzon_ilce_population_area_2025.csv")).unwrap();
        let lines: Vec<&str> = text.lines().take(n + 1).collect();
        lines.join("\n")
    };
    // The list has other ids than the polygons? They are the same official ones, so 16 of 18 are there.
    let path = city.file("ilce16.csv", &some(16));
    let report = city.take(&path, None, &into("district", "ilce16"), &mut Kept::default()).await.unwrap();
    assert_eq!((report.missing, report.deleted), (2, 0));
    assert_eq!(city.records("district").await.len(), 18);

    let delete = ImportOptions { delete_missing: true, ..into("district", "ilce") };
    let few = city.file("ilce10.csv", &some(10));
    let error = city.take(&few, None, &delete, &mut Kept::default()).await.unwrap_err();
    assert_eq!(error.code(), "too-many-missing");
    assert_eq!(city.records("district").await.len(), 18);

    // Neighbourhoods refer to them, so the store refuses to end even few; nothing else is changed by then.
    let error = city.take(&path, None, &delete, &mut Kept::default()).await.unwrap_err();
    assert_eq!(error.code(), "still-referenced");
    let forced = ImportOptions { delete_missing: true, force: true, ..into("neighbourhood", "none") };
    let places = city.file("mahalle.csv", "mahalle_id,name\n71101,Aydınlıkevler\n");
    let report = city.take(&places, None, &forced, &mut Kept::default()).await.unwrap();
    assert_eq!((report.updated, report.missing, report.deleted), (1, 707, 707));
    assert_eq!(city.records("neighbourhood").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_and_a_no_change_nothing() {
    let city = City::new().await;
    let gpkg = data("trabzon_admin_valid.gpkg");
    let dry = ImportOptions { dry_run: true, ..into("district", "ilce") };
    let report = city.take(&gpkg, Some("ilce"), &dry, &mut Kept::default()).await.unwrap();
    assert!(report.dry_run && !report.applied && report.inserted == 18 && report.sample.len() == 5);
    let report = city
        .take(&gpkg, Some("ilce"), &into("district", "ilce"), &mut Kept { decline: true, ..Kept::default() })
        .await
        .unwrap();
    assert!(!report.applied);
    assert_eq!(city.desk.head(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_overrides_the_guess() {
    let city = City::new().await;
    let path = city.file("a.csv", "birinci,ikinci\n1,Akçaabat\n");
    let mut options = into("district", "a.csv");
    let error = city.take(&path, None, &options, &mut Kept::default()).await.unwrap_err();
    assert_eq!(error.code(), "nothing-mapped");
    options.overrides = vec![Override::read("name=ikinci").unwrap()];
    assert_eq!(city.take(&path, None, &options, &mut Kept::default()).await.unwrap_err().code(), "key-not-mapped");
    options.overrides =
        ["name=ikinci", "official_id=birinci", "population:=12.465"].map(|w| Override::read(w).unwrap()).to_vec();
    let report = city.take(&path, None, &options, &mut Kept::default()).await.unwrap();
    assert_eq!(report.inserted, 1, "{:?}", report.faults);
    let records = city.records("district").await;
    assert_eq!(city.value("district", &records[0], "population").await, Value::Int(12_465));
    options.overrides = vec![Override::read("nope=birinci").unwrap()];
    assert_eq!(city.take(&path, None, &options, &mut Kept::default()).await.unwrap_err().code(), "no-such-field");
    options.overrides = vec![Override::read("name=nope").unwrap()];
    assert_eq!(city.take(&path, None, &options, &mut Kept::default()).await.unwrap_err().code(), "no-such-column");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_systems_are_refused() {
    let city = City::new().await;
    // TUREF/TM39 metres in a file that says nothing.
    let path = city.file("p.csv", "ad;X;Y\nÇeşme;4541230,15;560123,40\n");
    let mut options = ImportOptions { key: Some(Vec::new()), ..ImportOptions::new("park", "p.csv") };
    let error = city.take(&path, None, &options, &mut Kept::default()).await.unwrap_err();
    assert_eq!(error.code(), "unknown-crs");
    // Metres taken for degrees: each row is refused, nothing is changed.
    options.crs = Some(4326);
    let report = city.take(&path, None, &options, &mut Kept::default()).await.unwrap();
    assert!(!report.applied && report.rejected == 1);
    options.crs = Some(99_999);
    assert_eq!(city.take(&path, None, &options, &mut Kept::default()).await.unwrap_err().code(), "unsupported-crs");
    // Half a file.
    let whole = std::fs::read(data("trabzon_ilce_18.geojson")).unwrap();
    let half = city.folder.path().join("half.geojson");
    std::fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    let error = city.take(&half, None, &into("district", "half"), &mut Kept::default()).await.unwrap_err();
    assert_eq!(error.code(), "truncated");
    assert_eq!(city.desk.head(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_comes_back_unchanged() {
    let city = City::new().await;
    first_day(&city).await;
    let register = city.desk.register("neighbourhood").unwrap();
    for format in [Format::GeoPackage, Format::GeoJson, Format::Csv, Format::FlatGeobuf, Format::Shapefile] {
        let exported = export_layout(&city.desk.catalogue(), &register, ExportOptions::default());
        let path = city.write_out("neighbourhood", exported, format, formats::Crs::LON_LAT).await;
        let options = into("neighbourhood", "out");
        let report = city.take(&path, None, &options, &mut Kept::default()).await.unwrap();
        assert_eq!((report.inserted, report.rejected), (0, 0), "{format:?} {:?}", report.faults);
        // A Shapefile may begin rings elsewhere; the others bring every coordinate back as it was.
        if format != Format::Shapefile {
            assert_eq!((report.updated, report.unchanged), (0, 708), "{format:?}");
        }
    }
}

/// Another city takes the file: ids mean nothing there, official numbers do; and metres become degrees again.
#[tokio::test(flavor = "multi_thread")]
async fn another_city_reads_the_export() {
    let (city, other) = (City::new().await, City::new().await);
    first_day(&city).await;
    let districts = data("trabzon_admin_valid.gpkg");
    other.take(&districts, Some("ilce"), &into("district", "ilce"), &mut Kept::default()).await.unwrap();
    let register = city.desk.register("neighbourhood").unwrap();
    let options = ExportOptions { crs: meydan_geo::crs::Crs::from_epsg(5257).unwrap(), ..ExportOptions::default() };
    let exported = export_layout(&city.desk.catalogue(), &register, options);
    let exported = exported.with_references(&city.desk, &city.act, &register, References::Keys).await.unwrap();
    assert!(exported.columns.iter().any(|(name, _)| name == "district_official_id"));
    let path = city.write_out("neighbourhood", exported, Format::GeoPackage, formats::Crs::Epsg(5257)).await;
    let report = other.take(&path, None, &into("neighbourhood", "out"), &mut Kept::default()).await.unwrap();
    assert_eq!((report.inserted, report.rejected), (708, 0), "{:?}", report.faults);
    let here = city.records("neighbourhood").await;
    for (there, here) in other.records("neighbourhood").await.iter().zip(&here) {
        assert!(matches!(other.value("neighbourhood", there, "district").await, Value::Reference(_)));
        let (a, b) = (there.geometry.as_ref().unwrap().bbox().unwrap(), here.geometry.as_ref().unwrap().bbox().unwrap());
        // A tenth of a millimetre was kept.
        assert!((a.min_x - b.min_x).abs() < 5e-9 && (a.max_y - b.max_y).abs() < 5e-9);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_put_aside_are_corrected_and_come_back() {
    let city = City::new().await;
    let source = data("trabzon_admin_valid.gpkg");
    city.take(&source, Some("ilce"), &into("district", "ilce"), &mut Kept::default()).await.unwrap();
    let aside = city.folder.path().join("aside.geojson");
    let read = formats::Options { layer: Some("mahalle".into()), ..formats::Options::default() };
    let reader = formats::open(&source, &read).unwrap();
    let rejects = super::rejects::Rejects::new(&source, Some(aside.clone()), false, reader.as_ref()).unwrap();
    struct Aside(super::rejects::Rejects);
    impl Listener for Aside {
        fn rejected(&mut self, feature: Option<&Feature>, faults: &[RowFault]) -> meydan_kernel::Result<()> {
            self.0.write(feature, faults, meydan_kernel::Lang::Tr).map_err(super::source::error)
        }
    }
    let mut listener = Aside(rejects);
    let source = Box::new(FileSource::new(reader));
    let report = import(&city.desk, &city.act, source, &into("neighbourhood", "mahalle"), &mut listener).await.unwrap();
    assert_eq!(listener.0.finish().unwrap().as_deref(), Some(aside.as_path()));
    assert_eq!(report.rejected, 2);
    // The person gives the missing numbers and takes the file again.
    let mut text = std::fs::read_to_string(&aside).unwrap();
    assert_eq!(text.matches("anahtar alanı boş").count(), 2);
    for number in ["90001", "90002"] {
        text = text.replacen("\"nvi_mahalle_id\":null", &format!("\"nvi_mahalle_id\":{number}"), 1);
    }
    std::fs::write(&aside, text).unwrap();
    let report = city.take(&aside, None, &ImportOptions::new("neighbourhood", "aside"), &mut Kept::default()).await.unwrap();
    assert_eq!((report.inserted, report.rejected, report.applied), (2, 0, true), "{:?}", report.faults);
    assert_eq!(city.records("neighbourhood").await.len(), 710);
}

/// A name that leads nowhere is a bad guess; an official number that leads nowhere is a register not filled yet.
#[tokio::test(flavor = "multi_thread")]
async fn unfounded_guesses_are_taken_back() {
    let city = City::new().await;
    let names = city.file("adlar.csv", "mahalle_id;mahalle;ilce\n71101;Aydınlıkevler;Ortahisar\n");
    let report = city.take(&names, None, &ImportOptions::new("neighbourhood", "adlar"), &mut Kept::default()).await.unwrap();
    assert_eq!((report.inserted, report.rejected), (1, 0), "{:?}", report.faults);
    assert_eq!(report.unused_columns, ["ilce"]);
    let numbers = city.file("numaralar.csv", "mahalle_id;mahalle;ilce_id\n71102;Bahçecik;2097\n");
    let report =
        city.take(&numbers, None, &ImportOptions::new("neighbourhood", "numaralar"), &mut Kept::default()).await.unwrap();
    assert_eq!((report.rejected, report.applied), (1, false));
    assert_eq!(report.faults[0].field.as_deref(), Some("district"));
    // Once the districts are there, both work.
    let districts = data("trabzon_ilce_population_area_2025.csv");
    city.take(&districts, None, &into("district", "ilce"), &mut Kept::default()).await.unwrap();
    for path in [&names, &numbers] {
        let report =
            city.take(path, None, &ImportOptions::new("neighbourhood", "yeniden"), &mut Kept::default()).await.unwrap();
        assert!(report.applied && report.mapping.iter().any(|m| m.field == "district"));
    }
    for record in city.records("neighbourhood").await {
        assert!(matches!(city.value("neighbourhood", &record, "district").await, Value::Reference(_)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_off_import_goes_on() {
    let city = City::new().await;
    first_day(&city).await;
    let text = std::fs::read_to_string(data("trabzon_nvi_csbm_16824.csv")).unwrap();
    let half: Vec<&str> = text.lines().take(8_001).collect();
    let half = city.file("half.csv", &half.join("\n"));
    let first = city.take(&half, None, &into("street", "csbm"), &mut Kept::default()).await.unwrap();
    let all =
        city.take(&data("trabzon_nvi_csbm_16824.csv"), None, &into("street", "csbm"), &mut Kept::default()).await.unwrap();
    assert_eq!(first.inserted + first.rejected, 8_000);
    assert_eq!(all.unchanged, first.inserted);
    assert_eq!(all.inserted + all.unchanged + all.rejected, 16_824);
    assert_eq!(city.records("street").await.len() as u64, all.inserted + all.unchanged);
}
