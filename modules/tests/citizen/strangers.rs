//! Who sees a request only as everybody does: another unit's clerk and chief, the bearer of another number, a stranger.

use crate::house::{House, at, everyone, text};
use meydan_kernel::{
    Act, Principal, Value,
    desk::{Edit, file::NewFile},
    permission::Capacity,
};
use uuid::Uuid;

const NOW: &str = "2026-03-02T10:00";

fn parts(id: Uuid, more: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
    let whole = [("whole_register", text("request")), ("whole", text(&id.to_string())), ("text", text("Ahmet aradı"))];
    whole.into_iter().chain(more.iter().cloned()).collect()
}

#[tokio::test]
async fn what_all_may_see_of_a_request_opens_neither_its_notes_nor_its_transitions() {
    let house = House::new().await;
    let now = at(NOW);
    let id = house.file(&everyone(now), ("complaint", "pothole"), &[("address", text("x"))], None).await.unwrap();
    let same = house.file(&everyone(now), ("complaint", "pothole"), &[("address", text("x"))], None).await.unwrap();
    assert_eq!(house.value(id, "public").await, Value::Bool(true));
    let request = house.desk.register("request").unwrap();
    let comment = house.desk.register("comment").unwrap();
    let all = meydan_kernel::Query { limit: Some(100), ..meydan_kernel::Query::all(comment.clone()) };
    let through = async |who: &Principal| house.desk.with_whole(who, &request, id).await.unwrap();
    // The unit's own clerk writes a note for the house.
    let own = through(&house.acting("songul.tekin", "chief", now).await).await;
    let note = parts(id, &[("author", Value::Reference(house.person("songul.tekin").await))]);
    house.insert(&own, "comment", &note, None).await.unwrap();
    assert_eq!(house.desk.query(&own, &all).await.unwrap().len(), 1);
    // Another unit's manager sees that there is a public request, and no more.
    let other = house.acting("nuray.basaran", "branch_manager", now).await.because(Some("x".to_owned()));
    assert!(house.desk.offers(&other, &request, id).await.unwrap().is_empty());
    let set = [("answer", text("x")), ("refusal_ground", text("unintelligible"))];
    for (step, set) in [
        ("reject", &set[..]),
        ("publish", &[("public_text", text("karalama"))]),
        ("join", &[("duplicate_of", Value::Reference(same))]),
    ] {
        assert_eq!(house.go(&other, id, step, set).await.unwrap_err().code(), "not-allowed", "{step}");
    }
    let other = through(&other).await;
    assert!(house.desk.query(&other, &all).await.is_err());
    let note = parts(id, &[("author", Value::Reference(house.person("nuray.basaran").await))]);
    assert!(house.insert(&other, "comment", &note, None).await.is_err());
    // Nor does who bears the number of another request.
    let bearer = through(&house.applicant(same, now).await).await;
    assert!(house.desk.query(&bearer, &all).await.is_err());
    assert!(house.insert(&bearer, "comment", &parts(id, &[("audience", text("applicant"))]), None).await.is_err());
}

#[tokio::test]
async fn bytes_come_by_themselves_and_not_by_their_name() {
    let house = House::new().await;
    let now = at(NOW);
    let id = house.file(&everyone(now), ("complaint", "pothole"), &[("address", text("x"))], None).await.unwrap();
    let request = house.desk.register("request").unwrap();
    let files = house.desk.register("attachment").unwrap();
    let chief = house.desk.with_whole(&house.acting("songul.tekin", "chief", now).await, &request, id).await.unwrap();
    let said = [
        ("whole_register", text("request")),
        ("whole", text(&id.to_string())),
        ("name", text("a.pdf")),
        ("kind", text("document")),
        ("media_type", text("application/pdf")),
        ("author", Value::Reference(house.person("songul.tekin").await)),
    ];
    let file = |set| NewFile { id: Uuid::now_v7(), set, geometry: None, bytes: b"secret".to_vec(), rendition: None };
    house.desk.add_file(&chief, &files, file(house.set("attachment", &said))).await.unwrap();
    let digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    let named = [&said[..], &[("size", Value::Int(6)), ("digest", text(digest)), ("rendition", text(digest))]].concat();
    assert_eq!(house.insert(&chief, "attachment", &named, None).await.unwrap_err().code(), "forbidden-field");
}

#[tokio::test]
async fn a_contact_is_confirmed_by_a_code_and_a_stranger_writes_nothing_to_others_in_our_name() {
    let house = House::new().await;
    let now = at(NOW);
    let more = [
        ("contact_confirmed", Value::Bool(true)),
        ("applicant_name", text("Ödül kazandınız: kotu.example")),
        ("applicant_email", text("baskasi@ornek.example")),
    ];
    let id = house.file(&everyone(now), ("complaint", "leak"), &more, None).await.unwrap();
    assert_eq!(house.value(id, "contact_confirmed").await, Value::Bool(false));
    let told = house.notices(id).await;
    let mail = told.iter().find(|n| n.channel == "email").unwrap();
    assert!(!mail.said.contains("kotu.example"), "{}", mail.said);
    let proven = Principal { verified_at: Some(now), ..everyone(now) };
    let id = house.file(&proven, ("complaint", "leak"), &more, None).await.unwrap();
    assert_eq!(house.value(id, "contact_confirmed").await, Value::Bool(true));
}

/// What somebody did came to.
fn code<T>(result: meydan_kernel::Result<T>) -> String {
    result.err().map_or_else(|| "done".to_owned(), |e| e.code().to_owned())
}

#[tokio::test]
async fn a_number_read_over_a_shoulder_changes_nothing() {
    let house = House::new().await;
    let now = at(NOW);
    let id = house.file(&everyone(now), ("complaint", "pothole"), &[("address", text("x"))], None).await.unwrap();
    let request = house.desk.register("request").unwrap();
    let finder = house.bearer(id, now).await.because(Some("x".to_owned()));
    let applicant = house.applicant(id, now).await.because(Some("x".to_owned()));
    let offers = house.desk.offers(&finder, &request, id).await.unwrap();
    assert!(offers.len() >= 2 && offers.iter().all(|o| o.step_up), "{offers:?}");
    assert!(house.desk.offers(&applicant, &request, id).await.unwrap().iter().all(|o| !o.step_up));
    // A note for the house, and a photo.
    let note = parts(id, &[("audience", text("applicant"))]);
    let photo = || {
        let said = parts(id, &[("name", text("a.jpg")), ("kind", text("photo")), ("media_type", text("image/jpeg"))]);
        let said: Vec<_> = said.into_iter().filter(|(n, _)| *n != "text").chain([("audience", text("applicant"))]).collect();
        let set = house.set("attachment", &said);
        NewFile { id: Uuid::now_v7(), set, geometry: None, bytes: b"jpeg".to_vec(), rendition: None }
    };
    let files = house.desk.register("attachment").unwrap();
    for (who, wanted) in [(&finder, "step-up-required"), (&applicant, "done")] {
        let through = house.desk.with_whole(who, &request, id).await.unwrap();
        assert_eq!(code(house.insert(&through, "comment", &note, None).await), wanted);
        assert_eq!(code(house.desk.add_file(&through, &files, photo()).await), wanted);
    }
    let worker = house.acting("yakup.aksoy", "field_team", now).await;
    let answer = [("resolution", text("solved")), ("answer", text("Yapıldı."))];
    house.go(&worker, id, "resolve", &answer).await.unwrap();
    let rating = [("rating", Value::Int(1))];
    for (step, set) in [("rate", &rating[..]), ("reopen", &[]), ("withdraw", &[])] {
        assert_eq!(code(house.go(&finder, id, step, set).await), "step-up-required", "{step}");
    }
    house.go(&applicant, id, "rate", &rating).await.unwrap();
    house.go(&applicant, id, "reopen", &[]).await.unwrap();
    // The call centre, which does it for who calls, is asked for no proof of its own.
    let agent = house.acting("merve.tunc", "call_centre_agent", now).await.because(Some("Aradı".to_owned()));
    house.go(&agent, id, "withdraw", &[]).await.unwrap();
}

#[tokio::test]
async fn a_kept_letter_is_for_the_applicant_who_proved_themselves() {
    let house = House::new().await;
    let now = at(NOW);
    let id = house.file_formal("petition", now).await;
    let (request, files) = (house.desk.register("request").unwrap(), house.desk.register("attachment").unwrap());
    let letter = Uuid::now_v7();
    let said = [
        ("whole_register", text("request")),
        ("whole", text(&id.to_string())),
        ("name", text("yanit.pdf")),
        ("kind", text("official_answer")),
        ("media_type", text("application/pdf")),
        ("audience", text("applicant")),
    ];
    let set = house.set("attachment", &said);
    let file = NewFile { id: letter, set, geometry: None, bytes: b"%PDF Sayin Ayse".to_vec(), rendition: None };
    // The house alone makes letters: neither an officer nor an applicant puts one in its place.
    let (finder, applicant) = (house.bearer(id, now).await, house.applicant(id, now).await);
    let officer = house.acting("nihal.ersoy", "information_officer", now).await;
    let through = async |who: &Principal| house.desk.with_whole(who, &request, id).await.unwrap();
    for who in [&applicant, &officer] {
        assert!(house.desk.add_file(&through(who).await, &files, file.clone()).await.is_err());
    }
    house.desk.add_file(&through(&crate::house::operator(now)).await, &files, file).await.unwrap();
    let bytes = async |who: &Principal| house.desk.file(&through(who).await, &files, letter).await.map(|f| f.bytes);
    assert_eq!(code(bytes(&finder).await), "no-such-record");
    let all = meydan_kernel::Query { limit: Some(10), ..meydan_kernel::Query::all(files.clone()) };
    assert!(house.desk.query(&through(&finder).await, &all).await.unwrap().is_empty());
    assert_eq!(bytes(&applicant).await.unwrap(), bytes(&officer).await.unwrap());
    // Whoever proved their contact of another request is a stranger to this one.
    let other = house.file_formal("petition", now).await;
    assert!(house.desk.with_whole(&house.applicant(other, now).await, &request, id).await.is_err());
}

#[tokio::test]
async fn nobody_names_a_request_that_they_may_not_read() {
    let house = House::new().await;
    let now = at(NOW);
    let place = ("address", text("x"));
    let secret = house.file_formal("petition", now).await;
    let public = house.file(&everyone(now), ("complaint", "pothole"), std::slice::from_ref(&place), None).await.unwrap();
    let person = house.person("yakup.aksoy").await;
    let postless =
        Principal { now, ..Principal::new(Act { source: "test".to_owned(), ..Act::default() }, Capacity::Person(person)) };
    let chief = house.acting("songul.tekin", "chief", now).await;
    for who in [&everyone(now), &postless, &chief] {
        for (named, kept) in [(secret, Value::Null), (public, Value::Reference(public))] {
            let more = [place.clone(), ("duplicate_of", Value::Reference(named))];
            let id = house.file(who, ("complaint", "pothole"), &more, None).await.unwrap();
            assert_eq!(house.value(id, "duplicate_of").await, kept, "{:?}", who.capacity);
        }
    }
    let own = house.file(&everyone(now), ("complaint", "pothole"), &[place], None).await.unwrap();
    let named = [("duplicate_of", Value::Reference(secret))];
    for who in [&chief, &house.applicant(own, now).await] {
        assert_eq!(code(house.go(who, own, "join", &named).await), "no-such-duplicate", "{:?}", who.capacity);
    }
    let officer = house.acting("nihal.ersoy", "information_officer", now).await;
    let more = [("address", text("x")), named[0].clone()];
    let id = house.file(&officer, ("complaint", "pothole"), &more, None).await.unwrap();
    assert_eq!(house.value(id, "duplicate_of").await, Value::Reference(secret), "who reads it names it");
}

#[tokio::test]
async fn who_takes_down_a_request_answers_none_and_a_trace_in_the_field_is_of_a_case_of_theirs() {
    let house = House::new().await;
    let now = at(NOW);
    let agent = house.acting("merve.tunc", "call_centre_agent", now).await;
    for (field, value) in [
        ("answer", text("x")),
        ("answered_at", Value::Timestamp(now)),
        ("rating", Value::Int(5)),
        ("resolution", text("solved")),
        ("approver", Value::Reference(agent.person().unwrap())),
        ("supporters", Value::Int(900)),
        ("letter_due", Value::Bool(true)),
        ("service_hours", Value::Int(5000)),
    ] {
        let refused = house.file(&agent, ("complaint", "pothole"), &[("address", text("x")), (field, value)], None).await;
        assert_eq!(code(refused), "forbidden-field", "{field}");
    }
    let giver = house.acting("nuray.basaran", "branch_manager", now).await;
    let forged = [("title", text("x")), ("given_by", Value::Reference(house.person("songul.tekin").await))];
    assert_eq!(code(house.insert(&giver, "task", &forged, None).await), "forbidden-field");
    house.insert(&giver, "task", &forged[..1], None).await.unwrap();

    let id = house.file(&everyone(now), ("complaint", "pothole"), &[("address", text("x"))], None).await.unwrap();
    let request = house.desk.register("request").unwrap();
    let trace = |who: &Principal, whole: Uuid, kind: &str| {
        let said = [
            ("whole_register", text("request")),
            ("whole", text(&whole.to_string())),
            ("kind", text(kind)),
            ("author", Value::Reference(who.person().unwrap())),
            ("done_at", Value::Timestamp(now)),
            ("told_at", Value::Timestamp(now)),
        ];
        ("field_deed".to_owned(), Edit::Insert { id: None, set: house.set("field_deed", &said), geometry: None })
    };
    // Of another unit's case nothing is told but that something was given up; through the public view it is no more theirs.
    let other = house.desk.with_whole(&giver, &request, id).await.unwrap();
    for who in [&giver, &other] {
        assert_eq!(code(house.desk.change(who, vec![trace(&giver, id, "comment")]).await), "not-allowed");
        house.desk.change(who, vec![trace(&giver, id, "dropped")]).await.unwrap();
    }
    let worker = house.acting("yakup.aksoy", "field_team", now).await;
    let through = house.desk.with_whole(&worker, &request, id).await.unwrap();
    house.desk.change(&through, vec![trace(&worker, id, "comment")]).await.unwrap();
    // What somebody opens they may tell of with it; of what is not opened with it they may not.
    let (new, set) = (Uuid::now_v7(), [("description", text("x")), ("channel", text("field")), ("address", text("x"))]);
    let opens = || ("request".to_owned(), Edit::Insert { id: Some(new), set: house.set("request", &set), geometry: None });
    let both = async |edits| code(house.desk.change(&worker, edits).await);
    assert_eq!(both(vec![opens(), trace(&worker, secret_of(&house, now).await, "new_request")]).await, "not-allowed");
    assert_eq!(both(vec![trace(&worker, new, "new_request"), opens()]).await, "not-allowed", "not before it is opened");
    assert_eq!(both(vec![opens(), trace(&worker, new, "new_request")]).await, "done");
}

async fn secret_of(house: &House, now: jiff::Timestamp) -> Uuid {
    house.file_formal("petition", now).await
}
