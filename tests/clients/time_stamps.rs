//! RFC 3161 time stamps of a real authority (`openssl ts` on loopback), also one that is away for a while.

use crate::{harness::City, pg_server, time_stamp_authority::TimeStampAuthority};
use serde_json::json;
use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

/// How long a stamp may take on a busy machine: the authority is asked every second.
const PATIENCE: Duration = Duration::from_secs(20);

/// An address at which nobody answers until [`Gate::open`].
struct Gate(SocketAddr);

impl Gate {
    fn closed() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port"))
    }

    /// From now on what is asked here goes to the authority.
    fn open(&self, authority: SocketAddr) {
        let listener = TcpListener::bind(self.0).expect("the port is still free");
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(authority).expect("the authority listens");
                for (mut from, mut to) in [(client.try_clone(), server.try_clone()), (Ok(server), Ok(client))]
                    .map(|(a, b)| (a.expect("a socket"), b.expect("a socket")))
                {
                    std::thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(std::net::Shutdown::Write);
                    });
                }
            }
        });
    }
}

/// Sizes of the seals that have a stamp; each is checked by `openssl ts -verify`.
fn stamped(city: &City, authority: &TimeStampAuthority) -> Vec<u64> {
    city.ok(&["log", "export", "--out", "auditor"]);
    let folder = city.path("auditor/stamps");
    let mut sizes: Vec<u64> = std::fs::read_dir(&folder)
        .map(|files| {
            files.flatten().filter(|f| f.path().extension().is_some_and(|e| e == "tsr")).map(|f| size(&f.path())).collect()
        })
        .unwrap_or_default();
    sizes.sort_unstable();
    for size in &sizes {
        let read = |ending: &str| std::fs::read(folder.join(format!("{size}.{ending}"))).expect("a file");
        let (text, response) = (read("txt"), read("tsr"));
        assert!(
            String::from_utf8_lossy(&text).contains(&format!("\n{size}\n")),
            "the stamp is over the checkpoint of its size"
        );
        assert!(authority.verifies(&text, &response), "OpenSSL refuses the stamp of {size}");
        assert!(!authority.verifies(b"another text\n", &response), "OpenSSL takes the stamp for any text: it proves nothing");
    }
    sizes
}

fn size(path: &Path) -> u64 {
    path.file_stem().and_then(|s| s.to_str()).and_then(|s| s.parse().ok()).expect("named by its size")
}

fn waits_for_a_stamp(city: &City, authority: &TimeStampAuthority, least: u64) {
    let began = Instant::now();
    while stamped(city, authority).last().is_none_or(|size| *size < least) {
        assert!(
            began.elapsed() < PATIENCE,
            "no stamp of {least}: {}",
            std::fs::read_to_string(city.path("server.log")).unwrap_or_default()
        );
        sleep(Duration::from_millis(300));
    }
}

fn is_stamped_though_the_authority_was_away(city: &City) {
    let gate = Gate::closed();
    let config = format!("[time_stamp]\nurl = \"http://{}/tsa\"\ninterval_s = 1\n", gate.0);
    std::fs::write(city.path("meydan.toml"), config).expect("written");
    let authority = TimeStampAuthority::start();
    let server = city.serve();
    let write = || {
        server.change(&json!({ "changes": [{ "register": "building", "op": "insert", "values": {},
            "geometry": { "type": "Polygon", "coordinates": [[[39.72, 41.0], [39.721, 41.0], [39.721, 41.001], [39.72, 41.0]]] } }] }))
    };
    // Away: writes go on, quickly, and are sealed.
    let began = Instant::now();
    (0..10).for_each(|_| drop(write()));
    assert!(began.elapsed() < Duration::from_secs(5), "ten writes took {:?}", began.elapsed());
    sleep(Duration::from_millis(2500));
    assert_eq!(stamped(city, &authority), [0u64; 0]);
    let head = city.json(&["log", "verify"]);
    assert_eq!((&head["fine"], &head["time_stamps"]), (&json!(true), &json!(0)), "{head}");
    // Back: one stamp over the newest seal covers all before it.
    let url = authority.url();
    let address = url.strip_prefix("http://").and_then(|rest| rest.strip_suffix("/tsa")).expect("http://address/tsa");
    gate.open(address.parse().expect("an address"));
    let written = head["entries"].as_u64().expect("a number");
    assert!(written >= 10, "{head}");
    waits_for_a_stamp(city, &authority, written);
    write();
    waits_for_a_stamp(city, &authority, written + 1);
    drop(server);
    let verified = city.json(&["log", "verify"]);
    assert!(verified["time_stamps"].as_u64().is_some_and(|n| n >= 2), "{verified}");
    let log = std::fs::read_to_string(city.path("server.log")).expect("a file");
    assert!(log.contains("no time stamps") && log.contains("can be had again"), "the operator is told: {log}");
}

#[test]
fn seals_are_stamped_by_an_authority_that_was_away_at_first() {
    is_stamped_though_the_authority_was_away(&City::embedded());
}

#[test]
fn seals_in_postgresql_are_stamped_by_an_authority_that_was_away_at_first() {
    is_stamped_though_the_authority_was_away(&City::in_database(&pg_server::shared().database()));
}
