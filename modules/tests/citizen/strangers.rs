//! Who sees a request only as everybody does: another unit's clerk and chief, the bearer of another number, a stranger.

use crate::house::{House, at, everyone, text};
use meydan_kernel::{Principal, Value, desk::file::NewFile};
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
    let bearer = through(&house.bearer(same, now).await).await;
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
