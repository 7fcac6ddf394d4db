//! PostgreSQL's row-level security shows the same rows: its policies are an own translation of the grants, held against what the
//! desk lists, counts and masks over both stores.

use crate::{
    pg_server, policy_words,
    world::{self, Drawn, dice::Dice, registers, town::Town},
};
use meydan_kernel::{
    Act, Catalogue, Change, Changeset, Desk, Operation, Principal, Query, Record, Sort, Store,
    catalogue::{Action, plan},
    cql2,
};
use meydan_store::{postgres::PostgresStore, sqlite::SqliteStore};
use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};
use uuid::Uuid;

const TOWNS: u64 = 5;
const WORLDS_OF_A_TOWN: u64 = 40;
const JOBS: usize = 60;

/// Questions that use one field each: its name, the filter in CQL2 and in SQL.
const USES: [(&str, &str, &str); 6] = [
    ("status", "status <> 'open'", "status <> 'open'"),
    ("priority", "NOT (priority < 2)", "priority >= 2"),
    ("due", "due IS NULL OR due > DATE('2026-03-04')", "due IS NULL OR due > date '2026-03-04'"),
    ("title", "title LIKE '%a%'", "title LIKE '%a%'"),
    ("phone", "phone LIKE '%5'", "phone LIKE '%5'"),
    ("note", "note IS NOT NULL", "note IS NOT NULL"),
];

struct Place {
    database: String,
    stores: Vec<Arc<dyn Store>>,
    town: Town,
    catalogue: Catalogue,
    _directory: tempfile::TempDir,
}

async fn found(seed: u64) -> Place {
    let mut dice = Dice::new(seed);
    let catalogue = registers::catalogue();
    let town = Town::roll(&mut dice, &catalogue);
    let directory = tempfile::tempdir().expect("a folder");
    let url = pg_server::shared().database();
    let database = url.rsplit('/').next().expect("a name").to_owned();
    let stores: Vec<Arc<dyn Store>> = vec![
        Arc::new(SqliteStore::open(&directory.path().join("city.gpkg")).await.expect("the store opens")),
        Arc::new(PostgresStore::connect(&url).await.expect("the store opens")),
    ];
    let jobs: Vec<Record> = (0..JOBS).map(|_| world::job(&mut dice, &town)).collect();
    let organisation = town.rows.iter().flat_map(|rows| rows.records.iter().map(|r| (rows.register.name.as_str(), r)));
    let changes: Vec<Change> = organisation
        .chain(jobs.iter().map(|r| ("job", r)))
        .map(|(register, r)| Change {
            register: register.to_owned(),
            id: r.id,
            operation: Operation::Insert { values: r.values.clone(), geometry: r.geometry.clone() },
        })
        .collect();
    for store in &stores {
        store.apply(&plan(&Catalogue::default(), &catalogue, &[]), &catalogue).await.expect("tables are made");
        let changeset = Changeset { id: Uuid::now_v7(), act: Act::default(), changes: changes.clone() };
        store.commit(changeset).await.expect("the town is founded");
    }
    pg_server::shared().psql(
        &database,
        "DO $$ BEGIN CREATE ROLE clerk; EXCEPTION WHEN duplicate_object THEN NULL; END $$; \
         GRANT USAGE ON SCHEMA meydan TO clerk; GRANT SELECT ON meydan.job, meydan.unit TO clerk; \
         ALTER TABLE meydan.job ENABLE ROW LEVEL SECURITY",
    );
    Place { database, stores, town, catalogue, _directory: directory }
}

/// What PostgreSQL shows the clerk: for each principal and each use of a field the ids.
fn shown_by_policies(place: &Place, grants: &[Drawn], principals: &[Principal], uses: &[usize]) -> Vec<BTreeSet<Uuid>> {
    let reading = |d: &&Drawn| d.grant.actions.contains(&Action::Read) && ["job", "*"].contains(&d.grant.register.as_str());
    let mut script = "DO $$ DECLARE p record; BEGIN FOR p IN SELECT policyname FROM pg_policies WHERE tablename = 'job' LOOP \
                      EXECUTE format('DROP POLICY %I ON meydan.job', p.policyname); END LOOP; END $$;\n"
        .to_owned();
    script += policy_words::STANDING;
    grants.iter().filter(reading).for_each(|d| script += &policy_words::policy(d));
    script += "SET ROLE clerk;\n";
    for principal in principals {
        script += &policy_words::settings(principal);
        let mut ask = |used: &str, test: &str| {
            let _ = writeln!(
                script,
                "SET app.used = '{used}'; SELECT 'is ' || coalesce(string_agg(id::text, ' '), '') FROM meydan.job WHERE {test};"
            );
        };
        ask("", "TRUE");
        for (field, _, test) in uses.iter().map(|i| USES[*i]) {
            ask(field, test);
            ask(field, "TRUE");
        }
    }
    let out = pg_server::shared().psql(&place.database, &script);
    let lines = out.lines().filter_map(|line| line.strip_prefix("is"));
    lines.map(|line| line.split_whitespace().map(|id| id.parse().expect("an id")).collect()).collect()
}

fn ids(records: &[Record]) -> BTreeSet<Uuid> {
    records.iter().map(|r| r.id).collect()
}

/// A refusal is an empty list to this comparison.
fn or_nothing(answer: meydan_kernel::Result<Vec<Record>>) -> Vec<Record> {
    answer.unwrap_or_else(|e| {
        assert!(["not-allowed", "login-required", "forbidden-field"].contains(&e.code()), "{e:?}");
        Vec::new()
    })
}

async fn compare_world(place: &Place, seed: u64, seen: &mut usize) {
    let mut dice = Dice::new(seed);
    let grants = world::grants(&mut dice);
    let all = place.town.principals(&mut dice);
    let principals: Vec<Principal> = (0..4).map(|_| all[dice.below(all.len())].clone()).collect();
    let uses = [dice.below(3), 3 + dice.below(3)];
    let theirs = shown_by_policies(place, &grants, &principals, &uses);
    let catalogue = Arc::new(world::granting(&place.catalogue, &grants));
    for store in &place.stores {
        let desk = Desk::new(Arc::clone(store), Arc::clone(&catalogue)).expect("a desk");
        let job = desk.register("job").expect("there");
        let all = Query { limit: Some(1_000), ..Query::all(Arc::clone(&job)) };
        let mut expected = theirs.iter();
        for principal in &principals {
            let told = |what: &str| format!("{what}, seed {seed}, {}: {principal:#?} {grants:#?}", store.name());
            let mut next = || expected.next().expect("an answer");
            let wanted = next();
            let listed = or_nothing(desk.query(principal, &all).await);
            assert_eq!(ids(&listed), *wanted, "{}", told("all"));
            let counted = desk.count(principal, &all).await.unwrap_or(0);
            assert_eq!(counted, wanted.len() as u64, "{}", told("count"));
            for (field, filter, _) in uses.iter().map(|i| USES[*i]) {
                let index = job.field_index(field).expect("a field");
                let filter = Some(cql2::parse(&job, filter).expect("a filter"));
                let sort = Some(Sort { field: index, descending: dice.percent(50) });
                let wanted = next();
                let filtered = or_nothing(desk.query(principal, &Query { filter: filter.clone(), ..all.clone() }).await);
                assert_eq!(ids(&filtered), *wanted, "{}", told(field));
                let counted = desk.count(principal, &Query { filter, ..all.clone() }).await.unwrap_or(0);
                assert_eq!(counted, wanted.len() as u64, "{}", told(field));
                // Rows that show the field: those in a list sorted by it, and those in which it isn't masked.
                let wanted = next();
                let sorted = or_nothing(desk.query(principal, &Query { sort, ..all.clone() }).await);
                assert_eq!(ids(&sorted), *wanted, "{}", told(field));
                let open: BTreeSet<Uuid> = listed.iter().filter(|r| !r.hidden.has(index)).map(|r| r.id).collect();
                assert_eq!(open, *wanted, "{}", told(field));
                *seen += wanted.len();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_level_security_shows_the_same_rows() {
    let mut seen = 0;
    for town in 0..TOWNS {
        let place = found(town).await;
        for world in 0..WORLDS_OF_A_TOWN {
            compare_world(&place, 1_000 * town + world, &mut seen).await;
        }
    }
    assert!(seen > 1_000, "the worlds show too little: {seen}");
}
