//! Destruction through the desk, the same over both stores: exactly what is due goes, each with its record in the same changeset.

use super::House;
use jiff::{
    Span, Timestamp,
    civil::{Date, date},
};
use meydan_kernel::{
    Act, Catalogue, Desk, Principal, Query, Record, Register, Store, Value,
    catalogue::{Source, load, plan},
    desk::{Destruction, Edit},
    post::day,
    query::Key,
};
use std::sync::Arc;
use uuid::Uuid;

/// Applicants (ten years after the answer, or after the end), a journal of calls (one year), and what destruction needs.
const DEFINITIONS: &str = r#"
[register]
name = "applicant"
title = { tr = "Başvuran", en = "Applicant" }
description = { tr = "x", en = "x" }
[[field]]
name = "name"
title = { tr = "Ad", en = "Name" }
type = "text"
personal = true
[[field]]
name = "plot"
title = { tr = "Parsel", en = "Plot" }
type = "text"
[[field]]
name = "answered_on"
title = { tr = "Yanıt günü", en = "Answered on" }
type = "date"
[processing]
purpose = { tr = "x", en = "x" }
basis = { tr = "x", en = "x" }
subjects = { tr = "x", en = "x" }
[retention]
years = 10
after = "answered_on"
basis = { tr = "Yönetmelik", en = "Regulation" }
"#;
const CALLS: &str = r#"
[register]
name = "call"
title = { tr = "Çağrı", en = "Call" }
description = { tr = "x", en = "x" }
journal = true
[[field]]
name = "register"
title = { tr = "Kütük", en = "Register" }
type = "text"
required = true
[[field]]
name = "record"
title = { tr = "Kayıt", en = "Record" }
type = "text"
required = true
[retention]
years = 1
destroys = "record"
basis = { tr = "Yönetmelik", en = "Regulation" }
"#;
const HOLDS: &str = r#"
[register]
name = "legal_hold"
title = { tr = "Yasal saklama", en = "Legal hold" }
description = { tr = "x", en = "x" }
[[field]]
name = "register"
title = { tr = "Kütük", en = "Register" }
type = "text"
[[field]]
name = "record"
title = { tr = "Kayıt", en = "Record" }
type = "text"
[[field]]
name = "valid_from"
title = { tr = "İlk günü", en = "First day" }
type = "date"
[[field]]
name = "valid_until"
title = { tr = "Son günü", en = "Last day" }
type = "date"
"#;
const DESTRUCTIONS: &str = r#"
[register]
name = "destruction"
title = { tr = "İmha tutanağı", en = "Destruction" }
description = { tr = "x", en = "x" }
journal = true
FIELDS
[retention]
years = 1
destroys = "record"
basis = { tr = "x", en = "x" }
"#;

/// A house with these registers.
struct Bureau {
    desk: Desk,
    store: Arc<dyn Store>,
}

fn definitions() -> Catalogue {
    let field = |name: &str, kind: &str| {
        format!("[[field]]\nname = \"{name}\"\ntitle = {{ tr = \"x\", en = \"x\" }}\ntype = \"{kind}\"\n")
    };
    let texts = ["register", "record", "fields", "kind", "basis", "method"].map(|n| field(n, "text"));
    let fields = [texts.concat(), field("versions", "integer"), field("records", "integer")].concat();
    let destructions = DESTRUCTIONS.replace("FIELDS", &fields);
    let files = [DEFINITIONS, CALLS, HOLDS, &destructions];
    let source =
        |(i, text): (usize, &&str)| Source { module: "own".to_owned(), file: format!("{i}.toml"), text: (*text).to_owned() };
    let sources: Vec<Source> = files.iter().enumerate().map(source).collect();
    load(&sources).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn operator(now: Timestamp) -> Principal {
    Principal { now, ..Principal::operator(Act { person: "test".to_owned(), source: "test".to_owned(), ..Act::default() }) }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Noon of a day in the city.
fn noon(on: Date) -> Timestamp {
    jiff::tz::offset(3).to_timestamp(on.at(12, 0, 0, 0)).expect("a time")
}

fn years(n: i64) -> Span {
    Span::new().years(n)
}

impl Bureau {
    async fn found(store: Arc<dyn Store>) -> Self {
        let catalogue = Arc::new(definitions());
        store.apply(&plan(&Catalogue::default(), &catalogue, &[]), &catalogue).await.expect("tables are made");
        Self { desk: Desk::new(Arc::clone(&store), catalogue).expect("a desk"), store }
    }

    fn register(&self, name: &str) -> Arc<Register> {
        self.desk.register(name).expect("there")
    }

    async fn edit(&self, register: &str, edit: Edit) -> Uuid {
        let done = self.desk.change(&operator(Timestamp::now()), vec![(register.to_owned(), edit)]).await.expect("done");
        done.records[0].0
    }

    async fn applicant(&self, name: &str, answered: Option<Date>) -> Uuid {
        let answered = answered.map_or(Value::Null, Value::Date);
        let set = vec![(0, text(name)), (1, text("103/7")), (2, answered)];
        self.edit("applicant", Edit::Insert { id: None, set, geometry: None }).await
    }

    /// An entry of the journal, which nobody but the house writes.
    async fn call(&self, about: Uuid) -> Uuid {
        use meydan_kernel::{Change, Changeset, Operation};
        let id = Uuid::now_v7();
        let values = vec![text("applicant"), text(&about.to_string())];
        let operation = Operation::Insert { values, geometry: None };
        let changes = vec![Change { register: "call".to_owned(), id, operation }];
        self.store.commit(Changeset { id: Uuid::now_v7(), act: Act::default(), changes }).await.expect("written");
        id
    }

    async fn due(&self, register: &str, on: Date) -> Vec<Uuid> {
        let mut walk = self.desk.due(&operator(noon(on)), &self.register(register)).expect("may").expect("a rule");
        let mut found = Vec::new();
        while let Some(due) = walk.next().await.expect("the store answers") {
            found.push(due.id);
        }
        found
    }

    async fn destroy_due(&self, register: &str, on: Date, ids: &[Uuid]) -> meydan_kernel::desk::Destroyed {
        let register = self.register(register);
        let why = Destruction::retention(&register, true);
        self.desk.destroy_due(&operator(noon(on)), &register, ids, &why).await.expect("a round")
    }

    async fn all(&self, register: &str) -> Vec<Record> {
        super::collect(self.store.scan(Query::all(self.register(register)))).await
    }

    /// Every name that any version of an applicant bears.
    async fn names(&self, id: Uuid) -> Vec<Value> {
        let versions = self.store.history(&self.register("applicant"), id).await.expect("the store answers");
        versions.into_iter().map(|v| v.record.values[0].clone()).filter(|v| !v.is_null()).collect()
    }

    /// Register, record, number of records and of versions, fields, kind of each destruction.
    async fn told(&self) -> Vec<[String; 6]> {
        let register = self.register("destruction");
        let show = |r: &Record, name: &str| match r.value(&register, name) {
            Some(Value::Text(t)) => t.clone(),
            Some(Value::Int(i)) => i.to_string(),
            _ => String::new(),
        };
        let names = ["register", "record", "records", "versions", "fields", "kind"];
        self.all("destruction").await.iter().map(|r| names.map(|n| show(r, n))).collect()
    }
}

/// Random answers around the day, some emptied, some ended: exactly those due go, and only their names.
pub async fn exactly_what_is_due_is_destroyed(house: &dyn House) {
    let bureau = Bureau::found(house.open().await).await;
    let today = date(2032, 2, 29);
    let mut dice = 2_026_u32;
    let mut roll = |n: u32| {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (dice >> 8) % n
    };
    let mut wanted = Vec::new();
    let mut others = Vec::new();
    for i in 0..60 {
        // Around ten years before the day, which is a leap day: 28 February 2022 is over on it, 1 March is not.
        let answered =
            (roll(5) > 0).then(|| date(2022, 2, 28).checked_add(Span::new().days(i64::from(roll(7)) - 3)).expect("a day"));
        let id = bureau.applicant(&format!("Ayşe {i}"), answered).await;
        let emptied = roll(4) == 0;
        if emptied {
            bureau.edit("applicant", Edit::Update { id, expected: None, set: vec![(0, Value::Null)], geometry: None }).await;
        }
        if roll(4) == 0 {
            bureau.edit("applicant", Edit::Delete { id, expected: None }).await;
        }
        match answered.is_some_and(|on| on <= date(2022, 2, 28)) {
            true => wanted.push(id),
            false => others.push(id),
        }
    }
    assert!(wanted.len() > 10 && others.len() > 10);
    let mut due = bureau.due("applicant", today).await;
    due.sort();
    wanted.sort();
    assert_eq!(due, wanted);
    let done = bureau.destroy_due("applicant", today, &due).await;
    assert_eq!((done.records, done.left.len()), (wanted.len() as u64, 0));
    for id in &wanted {
        assert_eq!(bureau.names(*id).await, Vec::<Value>::new());
        let newest = bureau.store.history(&bureau.register("applicant"), *id).await.expect("there").pop().expect("newest");
        assert_eq!(newest.record.values[1], text("103/7"), "what isn't personal stays");
    }
    for id in others {
        assert!(!bureau.names(id).await.is_empty(), "what isn't due stays");
    }
    assert_eq!(bureau.due("applicant", today).await, Vec::<Uuid>::new(), "what is gone is not due again");
    // Each with its record, in the changeset of its erasure.
    let told = bureau.told().await;
    assert_eq!(told.len(), wanted.len());
    assert!(told.iter().all(|t| t[0] == "applicant" && t[4] == "name" && t[5] == "periodic" && t[3] != "0"), "{told:?}");
    let entries = bureau.store.entries(0, 10_000).await.expect("the log");
    let erased: Vec<_> = entries.iter().filter(|e| e.verb == meydan_kernel::log::Verb::Erase).collect();
    assert_eq!(erased.len(), wanted.len());
    for erase in erased {
        assert!(entries.iter().any(|e| e.register == "destruction" && e.changeset == erase.changeset));
    }
}

/// A journal's entries go as wholes when their time is over, and one record tells of them all; not before, and not by request.
pub async fn a_journal_goes_when_its_time_is_over(house: &dyn House) {
    let bureau = Bureau::found(house.open().await).await;
    let about = bureau.applicant("Ayşe", None).await;
    let calls = [bureau.call(about).await, bureau.call(about).await, bureau.call(about).await];
    let written = day(Timestamp::now());
    let last = written.checked_add(years(1)).expect("a day");
    assert_eq!(bureau.due("call", last).await, Vec::<Uuid>::new());
    let over = last.tomorrow().expect("a day");
    assert_eq!(bureau.due("call", over).await, calls);
    let done = bureau.destroy_due("call", last, &calls).await;
    assert_eq!(done.records, 0, "the desk looks itself");
    let done = bureau.destroy_due("call", over, &calls).await;
    assert_eq!((done.records, done.left.len()), (3, 0));
    assert_eq!(bureau.all("call").await, [], "entries that are gone are in no list");
    assert_eq!(bureau.told().await, [["call", "*", "3", "3", "", "periodic"].map(str::to_owned)]);
    assert_eq!(bureau.due("call", over).await, Vec::<Uuid>::new());
    // The record of destruction: three years, though its definition says one.
    let [record] = &bureau.all("destruction").await[..] else { panic!("one") };
    let third = written.checked_add(years(3)).expect("a day");
    assert_eq!(bureau.due("destruction", third).await, Vec::<Uuid>::new());
    assert_eq!(bureau.due("destruction", third.tomorrow().expect("a day")).await, [record.id]);
    let why = Destruction::requested(None, None);
    let early = bureau.desk.destroy(&operator(noon(third)), "destruction", record.id, None, &why).await.expect_err("too early");
    assert_eq!(early.code(), "kept-by-law");
    bureau.destroy_due("destruction", third.tomorrow().expect("a day"), &[record.id]).await;
    let told = bureau.told().await;
    assert_eq!(told, [["destruction", "*", "1", "1", "", "periodic"].map(str::to_owned)], "and that is told of");
}

/// What is evidence is left, with what tells of it, until the hold ends; the others go.
pub async fn a_legal_hold_keeps_what_is_due(house: &dyn House) {
    let bureau = Bureau::found(house.open().await).await;
    let answered = Some(date(2015, 1, 1));
    let (held, free) = (bureau.applicant("Ayşe", answered).await, bureau.applicant("Fatma", answered).await);
    let (of_held, of_free) = (bureau.call(held).await, bureau.call(free).await);
    let until = day(Timestamp::now()).checked_add(years(2)).expect("a day");
    let set = vec![(0, text("applicant")), (1, text(&held.to_string())), (3, Value::Date(until))];
    let hold = bureau.edit("legal_hold", Edit::Insert { id: None, set, geometry: None }).await;
    let done = bureau.destroy_due("applicant", until, &[held, free]).await;
    assert_eq!(done.records, 1);
    assert_eq!(done.left.iter().map(|(id, e)| (*id, e.code())).collect::<Vec<_>>(), [(held, "legal-hold")]);
    assert_eq!(bureau.names(held).await, [text("Ayşe")]);
    assert_eq!(bureau.names(free).await, Vec::<Value>::new());
    let calls = bureau.destroy_due("call", until, &[of_held, of_free]).await;
    assert_eq!((calls.records, calls.left.len()), (1, 1), "who looked at evidence is evidence");
    // By no other way either.
    let why = Destruction::requested(Some("Başvuru 2026/17".to_owned()), None);
    let asked = bureau.desk.destroy(&operator(noon(until)), "applicant", held, Some(vec![0]), &why).await;
    assert_eq!(asked.expect_err("held").code(), "legal-hold");
    let edit = vec![("applicant".to_owned(), Edit::Erase { id: held, fields: None })];
    assert_eq!(bureau.desk.change(&operator(noon(until)), edit).await.expect_err("held").code(), "legal-hold");
    // A hold on a whole register.
    bureau.edit("legal_hold", Edit::Update { id: hold, expected: None, set: vec![(1, Value::Null)], geometry: None }).await;
    let asked = bureau.desk.destroy(&operator(noon(until)), "applicant", free, None, &why).await;
    assert_eq!(asked.expect_err("held").code(), "legal-hold");
    // The day after its last day.
    let after = until.tomorrow().expect("a day");
    assert_eq!(bureau.destroy_due("applicant", after, &[held]).await.records, 1);
    assert_eq!(bureau.names(held).await, Vec::<Value>::new());
}

/// A whole record goes and ends; the record of it says so.
pub async fn a_whole_record_is_destroyed_and_ends(house: &dyn House) {
    let bureau = Bureau::found(house.open().await).await;
    let id = bureau.applicant("Ayşe", None).await;
    bureau.edit("applicant", Edit::Update { id, expected: None, set: vec![(1, text("9/1"))], geometry: None }).await;
    let why = Destruction::requested(Some("Başvuru 2026/17".to_owned()), None);
    let principal = operator(Timestamp::now());
    bureau.desk.destroy(&principal, "applicant", id, None, &why).await.expect("destroyed");
    let register = bureau.register("applicant");
    assert_eq!(bureau.store.get(&register, Key::Id(id), None).await.expect("an answer"), None);
    let versions = bureau.store.history(&register, id).await.expect("an answer");
    assert!(versions.iter().all(|v| v.record.values.iter().all(Value::is_null)), "{versions:?}");
    assert_eq!(bureau.told().await, [["applicant", &id.to_string(), "1", "2", "", "requested"].map(str::to_owned)]);
    let again = bureau.desk.destroy(&principal, "applicant", id, None, &why).await;
    assert!(again.is_ok(), "a record that is gone is gone: {again:?}");
}
