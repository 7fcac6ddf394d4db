//! What becomes of the index when records change, are erased, when the process is killed, when the definitions change.

use crate::office::{APPLICANT, NAME, Office, SUBJECT, insert, named, operator, text, values};
use meydan_followers::FullText;
use meydan_kernel::{Operation, Query};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

#[tokio::test]
async fn changes_are_out_of_sight_at_once_and_found_when_waited_for() {
    let office = Office::open(None).await;
    let follower = tokio::spawn(office.search.clone().follow());
    let ids = office.write(&[&named("A", "eski söz"), &named("B", "eski söz")]).await;
    assert_eq!(office.names(&operator(), "eski").await.len(), 2);
    let update = Operation::Update { expected: 1, values: values(&named("A", "yeni söz")), geometry: None };
    let made = office.commit(vec![(ids[0], update), (ids[1], Operation::Delete { expected: 1 })]).await;
    // The index may or may not have it yet: what is shown is what the records say now.
    let old = office.hits(&operator(), "eski").await;
    assert!(old.hits.is_empty() && old.counts[0].records == Some(0), "{old:?}");
    let position = made.first_position + 2;
    assert!(office.search.wait_for(position, Duration::from_secs(5)).await.expect("the index follows"));
    assert_eq!(office.names(&operator(), "yeni").await, ["A"]);
    assert_eq!((office.names(&operator(), "söz").await.len(), office.search.behind()), (1, 0));
    // Without being waited for, too.
    office.commit(vec![insert(&named("C", "kendiliğinden"))]).await;
    let found = async {
        while office.names(&operator(), "kendiliğinden").await.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), found).await.expect("the follower follows");
    follower.abort();
}

/// True if a word is in any file of the index: in the terms of its segments (their bytes are an automaton, not the words), or
/// in the bytes of any file, or if a file is left of a segment that is no more.
fn index_holds(folder: &Path, marker: &str) -> bool {
    let folder = folder.join("full-text");
    let index = tantivy::Index::open_in_dir(&folder).expect("the index");
    let segments = index.searchable_segments().expect("its segments");
    let mut holds = false;
    for segment in &segments {
        let reader = tantivy::SegmentReader::open(segment).expect("a segment");
        let words = index.schema().get_field("words").expect("the words");
        let words = reader.inverted_index(words).expect("its words");
        let mut terms = words.terms().stream().expect("its terms");
        while terms.advance() {
            holds |= String::from_utf8_lossy(terms.key()).contains(marker);
        }
    }
    let living: Vec<String> = segments.iter().map(|s| s.id().uuid_string()).collect();
    for file in std::fs::read_dir(&folder).expect("the folder").map(|f| f.expect("an entry").path()) {
        let bytes = std::fs::read(&file).expect("a file");
        holds |= bytes.windows(marker.len()).any(|w| w == marker.as_bytes());
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let of_segment = name.len() >= 32 && name.bytes().take(32).all(|b| b.is_ascii_hexdigit());
        holds |= of_segment && !living.iter().any(|id| name.starts_with(id));
    }
    holds
}

#[tokio::test]
async fn what_is_erased_is_in_no_file_any_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let office = Office::open(Some(folder.path())).await;
    let mut set = named("A", "başvuru");
    set.push((APPLICANT, text("Qwertzuiop")));
    let id = office.write(&[&set, &named("B", "başvuru"), &named("C", "başvuru")]).await[0];
    // An earlier version's value goes too.
    let mut other = named("A", "başvuru");
    other.push((APPLICANT, text("Mnbvcxyzas")));
    let update = Operation::Update { expected: 1, values: values(&other), geometry: None };
    office.commit(vec![(id, update)]).await;
    office.search.catch_up().await.expect("the index follows");
    assert!(index_holds(folder.path(), "qwertzuiop") && index_holds(folder.path(), "mnbvcxyzas"));
    assert_eq!(office.names(&operator(), "mnbvcxyzas").await, ["A"]);
    let fields = vec![APPLICANT];
    let erase =
        Operation::Erase { expected: 2, values: values(&named("A", "başvuru")), geometry: None, fields, geometries: false };
    office.commit(vec![(id, erase)]).await;
    office.search.catch_up().await.expect("the index follows");
    assert!(!index_holds(folder.path(), "qwertzuiop") && !index_holds(folder.path(), "mnbvcxyzas"));
    assert!(office.names(&operator(), "mnbvcxyzas").await.is_empty());
    assert_eq!(office.names(&operator(), "başvuru").await.len(), 3);
}

#[tokio::test]
async fn it_goes_on_from_its_commit_and_is_made_anew_for_other_definitions_or_another_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut office = Office::open(Some(folder.path())).await;
    office.write(&[&named("A", "ilk")]).await;
    let reopen = |office: &Office| FullText::open(Some(folder.path()), Arc::clone(&office.store), &office.catalogue);
    assert!(reopen(&office).is_err(), "one writer at a time");
    office.search = FullText::open(None, Arc::clone(&office.store), &office.catalogue).expect("another index");
    office.commit(vec![insert(&named("B", "ikinci"))]).await;

    office.search = reopen(&office).expect("it opens again");
    assert_eq!(office.search.behind(), 2, "nothing is shown before it has looked at the log");
    office.search.catch_up().await.expect("the index follows");
    assert_eq!((office.search.size().builds, office.search.size().records), (0, 2));
    assert_eq!(office.names(&operator(), "ikinci").await, ["B"]);

    // A title is a word of every record that has the code.
    let list = Arc::make_mut(office.catalogue.code_lists.get_mut("kind").expect("the list"));
    list.codes[0].title.tr = "Yakınma".to_owned();
    office.search.reload(&office.catalogue).expect("other definitions");
    office.search.catch_up().await.expect("the index follows");
    assert_eq!((office.search.size().builds, office.search.size().records), (1, 2));

    office.search = FullText::open(None, Arc::clone(&office.store), &office.catalogue).expect("another index");
    let other = Office::open(None).await;
    other.write(&[&named("X", "başka"), &named("Y", "başka")]).await;
    let moved = FullText::open(Some(folder.path()), Arc::clone(&other.store), &office.catalogue).expect("it opens");
    moved.catch_up().await.expect("the index follows");
    let found = moved.search(&other.desk, &operator(), "ilk", None, 5, 0).await.expect("an answer");
    assert_eq!((moved.size().builds, moved.size().records, found.counts[0].records), (1, 2, Some(0)));
}

const CHILD: &str = "MEYDAN_TEST_INDEX_OF_CHILD";

/// In the process that is killed: writes and follows until it is.
async fn write_for_ever(folder: &Path) {
    let office = Office::in_place(folder, Some(folder)).await;
    for n in 0.. {
        office.commit((0..20).map(|i| insert(&[(NAME, text(&format!("n{n}x{i}"))), (SUBJECT, text("hep"))])).collect()).await;
        office.search.catch_up().await.expect("the index follows");
        println!("\nround {n}");
    }
}

#[tokio::test]
async fn nothing_is_missed_after_a_kill() {
    if let Some(folder) = std::env::var_os(CHILD) {
        write_for_ever(Path::new(&folder)).await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "change::nothing_is_missed_after_a_kill", "--nocapture"])
        .env(CHILD, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("this test once more");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let rounds = lines.map_while(Result::ok).filter(|l| l.starts_with("round")).take(12).count();
    child.kill().expect("it is killed");
    child.wait().expect("it is gone");
    assert_eq!(rounds, 12);
    let office = Office::in_place(folder.path(), Some(folder.path())).await;
    let written = office.store.count(&Query::all(Arc::clone(&office.catalogue.registers["tree"]))).await.expect("a count");
    office.search.catch_up().await.expect("the index follows");
    assert_eq!(office.search.size().builds, 0, "it goes on from its commit");
    assert_eq!(office.hits(&operator(), "hep").await.counts[0].records, Some(written));
    assert!(written >= 240, "{written}");
}
