//! GDAL as a client, both the distribution's and the newer one in pyogrio: filters, paging, reference systems.

use crate::city::{BUILDINGS, CORNER, City, STEP};
use std::{net::SocketAddr, process::Command};

fn run(program: &str, arguments: &[&str]) -> String {
    let out = Command::new(program).args(arguments).output().unwrap_or_else(|e| panic!("{program}: {e}"));
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{program} {arguments:?}: {text} {}", String::from_utf8_lossy(&out.stderr));
    text
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("the client ends")
}

fn count(address: SocketAddr, more: &[&str]) -> usize {
    let url = format!("OAPIF:http://{address}/ogc");
    let mut arguments = vec!["-ro", "-so", url.as_str(), "building"];
    arguments.extend(more);
    let text = run("ogrinfo", &arguments);
    let line = text.lines().find_map(|l| l.strip_prefix("Feature Count: ")).unwrap_or_else(|| panic!("no count: {text}"));
    line.trim().parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ogrinfo_counts_filters_and_pages() {
    let city = City::with_a_street().await;
    let address = city.listen().await;
    aside(move || {
        assert_eq!(count(address, &[]), BUILDINGS);
        assert_eq!(count(address, &["-oo", "PAGE_SIZE=4"]), BUILDINGS);
        assert_eq!(count(address, &["-where", "kind = 'ticari'"]), 5);
        assert_eq!(count(address, &["-where", "kind = 'ticari' AND floors > 3"]), 3);
        assert_eq!(count(address, &["-where", "name ILIKE 'iskele apartmanı 1%'"]), 11);
        assert_eq!(count(address, &["-where", "floors_below IS NULL"]), BUILDINGS);
        let east = (CORNER.0 + 2.5 * STEP).to_string();
        assert_eq!(count(address, &["-spat", "39.7", "41", &east, "41.1"]), 3);
        let url = format!("OAPIF:http://{address}/ogc");
        let text = run("ogrinfo", &["-ro", &url, "building", "-where", "floors = 7"]);
        for word in ["OGRFeature(building):7", "name (String) = İskele Apartmanı 6", "MULTIPOLYGON", "floors (Integer) = 7"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        let text = run("ogrinfo", &["-ro", "-so", &url, "building"]);
        for line in ["built_year: Integer", "official_id: String", "id: String", "recorded_at: DateTime"] {
            assert_eq!(text.matches(line).count(), if line == "id: String" { 2 } else { 1 }, "{line}: {text}");
        }
        let text = run("ogrinfo", &["-ro", "-so", &url, "park"]);
        assert!(text.contains("opened: Date"), "the type of a field is known though no record has a value: {text}");
        let text = run("ogrinfo", &["-ro", &url, "building", "-fid", "3"]);
        assert!(text.contains("OGRFeature(building):3"), "{text}");
    })
    .await;
}

const PYTHON: &str = r#"
import sys, pyogrio
from pyogrio.raw import read
import shapely
url, east, north = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
def ask(**more):
    meta, fids, geometry, fields = read(url, layer="building", return_fids=True, **more)
    return meta, fids, shapely.from_wkb(geometry), dict(zip(meta["fields"], fields))
meta, fids, geometry, fields = ask()
assert len(fids) == 25 and fids[0] == 1, fids
assert fields["name"][4] == "İskele Apartmanı 4", fields["name"]
assert fields["floors"][6] == 7
assert list(meta["fields"]).count("id") == 1 and len(fields["id"][0]) == 36, meta["fields"]
types = dict(zip(meta["fields"], map(str, meta["dtypes"])))
assert types["floors"] == "int32" and types["built_year"] == "int32", types
assert types["recorded_at"].startswith("datetime64"), types
assert len(ask(where="kind = 'ticari' AND floors > 3")[1]) == 3
assert len(ask(where="floors IN (1, 2)")[1]) == 8
assert len(ask(bbox=(39.7, 41.0, 39.7209, 41.1))[1]) == 3
for code in ("EPSG:5257", "EPSG:3857", "EPSG:4326"):
    meta, fids, geometry, fields = ask(CRS=code)
    assert len(fids) == 25, code
    x, y = geometry[0].bounds[:2]
    print(code, meta["crs"], x, y)
    if code == "EPSG:5257":
        assert abs(x - east) < 1 and abs(y - north) < 1 # the box is a little turned, (x, y)
    if code == "EPSG:4326":
        assert abs(x - 39.72) < 1e-6 and abs(y - 41.005) < 1e-6, (x, y)
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_gdal_reads_in_every_reference_system() {
    let city = City::with_a_street().await;
    let address = city.listen().await;
    let crs = meydan_geo::crs::Crs::from_epsg(5257).expect("spoken");
    let (east, north) = crs.forward(CORNER.0, CORNER.1).expect("in its area");
    aside(move || {
        let url = format!("OAPIF:http://{address}/ogc");
        run("python3", &["-c", PYTHON, &url, &east.to_string(), &north.to_string()]);
    })
    .await;
}
