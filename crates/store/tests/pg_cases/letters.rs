//! Text in the database is compared as in memory.

use super::super::{contract::House as _, house, pg_server};
use meydan_kernel::text::fold;

/// Letters that Rust's Unicode knows to have a lower case and the server's ICU does not yet. None of them is in the Latin,
/// Greek, Cyrillic, Armenian, Georgian or any other script that people here write.
const MAX_UNKNOWN: usize = 80;
/// Up to here (Latin with extensions, Greek, Cyrillic, Armenian, Hebrew, Arabic …) there may be no difference at all.
const LIVING: u32 = 0x1C80;

#[tokio::test(flavor = "multi_thread")]
async fn folding_is_the_same_in_sql_for_every_letter() {
    let database = house().await;
    database.open().await;
    let name = database.0.rsplit('/').next().expect("a name");
    // The server folds each letter alone and between two others, where case by context would show.
    let sql = "SELECT string_agg(n || ':' || encode(convert_to(meydan.fold('A' || chr(n) || 'b' || chr(n)), 'UTF8'), 'hex'), ' ' ORDER BY n) \
        FROM generate_series(1, 1114109) AS n WHERE n NOT BETWEEN 55296 AND 57343";
    let folded = pg_server::shared().psql(name, sql);
    let mut differ = Vec::new();
    let mut count = 0;
    for part in folded.split(' ') {
        let (n, hex) = part.split_once(':').expect("number and text");
        let n: u32 = n.parse().expect("a number");
        let c = char::from_u32(n).expect("a character");
        let expected: String = fold(&format!("A{c}b{c}")).bytes().map(|b| format!("{b:02x}")).collect();
        if hex != expected {
            differ.push(n);
        }
        count += 1;
    }
    assert_eq!(count, 1_112_061);
    assert!(differ.iter().all(|n| *n >= LIVING), "{differ:x?}");
    assert!(differ.len() <= MAX_UNKNOWN, "{} letters differ: {differ:x?}", differ.len());
    let words = "SELECT meydan.fold('İSTANBUL IĞDIR ΟΔΟΣ ŞIRNAK i̇')";
    assert_eq!(pg_server::shared().psql(name, words), fold("İSTANBUL IĞDIR ΟΔΟΣ ŞIRNAK i̇"));
}
