//! Who may do what, as a table and case by case.

use crate::house::{House, operator, text, today};
use meydan_geo::Wkb;
use meydan_kernel::{Principal, Value, catalogue::Action, permission::FieldSet, post, query::Key};

const ROLES: [(&str, &str); 12] = [
    ("deniz.sarikaya", "administrator"),
    ("vedat.celebi", "auditor"),
    ("selma.toprak", "data_protection_officer"),
    ("gulsum.yaman", "personnel_officer"),
    ("ibrahim.karadag", "department_head"),
    ("aylin.erdem", "branch_manager"),
    ("emre.yildirim", "chief"),
    ("zeynep.uzun", "gis_expert"),
    ("ramazan.tasci", "address_officer"),
    ("leyla.baris", "district_officer"),
    ("merve.tunc", "call_centre_agent"),
    ("cagri.kurt", "field_team"),
];

/// The actions that somebody could do in a register, by their first letters (U update, X export, K unmask).
async fn could(house: &House, who: &Principal, register: &str) -> String {
    let letters = ["r", "h", "x", "i", "u", "d", "k", "e", "m", "a"];
    let register = house.desk.register(register).unwrap();
    let given = Action::ALL.iter().zip(letters).filter(|(action, _)| house.desk.could(who, &register, **action));
    given.map(|(_, letter)| letter).collect()
}

#[tokio::test]
async fn the_table_of_roles_and_registers() {
    let house = House::new().await;
    let mut table = Vec::new();
    let registers = ["street", "door", "district", "unit", "post", "person", "holding", "proxy", "look", "destruction"];
    let mut line = vec!["everyone".to_owned()];
    for register in registers {
        line.push(could(&house, &Principal::everyone("test"), register).await);
    }
    table.push(line.join("|"));
    for (login, role) in ROLES {
        let who = house.acting(login, role).await;
        let mut line = vec![role.to_owned()];
        for register in registers {
            line.push(could(&house, &who, register).await);
        }
        table.push(line.join("|"));
    }
    // read history eXport insert update delete unmasK erase manage audit
    // Everybody changes the language of their own messages, so they could update a person: themselves.
    let wanted = "\
everyone|rx|rx|rx|rx||||||
administrator|rhxiuda|rhxiuda|rhxiuda|rhxiuda|rhxiuda|rhxiudma|rhxiuda|rhxiuda|rhxa|rhxa
auditor|rhxa|rhxa|rhxa|rhxa|rhxa|rhxua|rhxa|rhxiua|rhxa|rhxa
data_protection_officer|rhxke|rhxke|rhxke|rhxke|rhxke|rhxuke|rhxke|rhxiuke|rhxke|rhxke
personnel_officer|rhx|rhx|rhx|rhx|rhx|rhxiuk|rhxiu|riu|rx|
department_head|rhx|rhx|rhx|rhx|rhx|rxu|rhxiu|rhxiu|rx|
branch_manager|rhx|rhx|rhx|rhx|rhx|rxu|rhxiu|rhxiu|rx|
chief|rhx|rhx|rhx|rhx|rhx|rxu|rx|riu|rx|
gis_expert|rhxiud|rhxiud|rhxiud|rhx|rhx|rxu|rx|riu|rx|
address_officer|rhxiud|rhxiud|rhx|rhx|rhx|rxu|rx|riu|rx|
district_officer|rhx|rhxiu|rhx|rhx|rhx|rxu|rx|riu|rx|
call_centre_agent|rhx|rhx|rhx|rhx|rhx|rxu|rx|riu|rx|
field_team|rhx|rhx|rhx|rhx|rhx|rxu|rx|riu|rx|";
    let wanted: Vec<&str> = wanted.lines().collect();
    assert_eq!(table, wanted, "{table:#?}");
}

#[tokio::test]
async fn everyone_sees_streets_and_no_person() {
    let house = House::new().await;
    let everyone = Principal::everyone("test");
    assert_eq!(house.seen(&everyone, "street").await.unwrap().len(), 1);
    for register in ["person", "holding", "proxy", "post", "look", "security_event", "destruction"] {
        let query =
            meydan_kernel::Query { limit: Some(10), ..meydan_kernel::Query::all(house.desk.register(register).unwrap()) };
        assert_eq!(house.desk.query(&everyone, &query).await.unwrap_err().code(), "login-required", "{register}");
        assert_eq!(house.desk.count(&everyone, &query).await.unwrap_err().code(), "login-required", "{register}");
    }
    assert!(house.update(&everyone, "street", house.street, &[("name", text("Kısa Sokak"))]).await.is_err());
}

#[tokio::test]
async fn a_gis_expert_edits_a_door_and_no_person() {
    let house = House::new().await;
    let expert = house.acting("zeynep.uzun", "gis_expert").await;
    house.update(&expert, "door", house.doors[1], &[("number", text("14"))]).await.unwrap();
    assert_eq!(house.value("door", house.doors[1], "number").await, text("14"));
    let other = house.person("merve.tunc").await;
    // Of their own record they change the language of their messages, and of another's nothing.
    let own = expert.person().unwrap();
    for (person, code) in [(other, "not-allowed"), (own, "forbidden-field")] {
        let refused = house.update(&expert, "person", person, &[("phone", text("+905000009999"))]).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    house.update(&expert, "person", own, &[("language", text("en"))]).await.unwrap();
    assert_eq!(house.update(&expert, "person", other, &[("language", text("en"))]).await.unwrap_err().code(), "not-allowed");
    // Names and office addresses of colleagues, no more.
    let register = house.desk.register("person").unwrap();
    let seen = house.desk.get(&expert, &register, Key::Id(other), None).await.unwrap();
    assert_eq!(seen.value(&register, "last_name"), Some(&text("Tunç")));
    for hidden in ["birth_date", "login", "left_on"] {
        assert_eq!(seen.value(&register, hidden), Some(&Value::Null), "{hidden}");
    }
    assert_ne!(seen.value(&register, "national_id"), Some(&house.value("person", other, "national_id").await));
    // Their own record whole, without a look being written.
    let own = house.desk.get(&expert, &register, Key::Id(expert.person().unwrap()), None).await.unwrap();
    let whole = house.value("person", expert.person().unwrap(), "national_id").await;
    assert_eq!(own.value(&register, "national_id"), Some(&whole));
    assert_eq!(house.seen(&operator(), "look").await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_district_officer_edits_inside_the_district_only() {
    let house = House::new().await;
    let officer = house.acting("leyla.baris", "district_officer").await;
    house.update(&officer, "door", house.doors[0], &[("number", text("16"))]).await.unwrap();
    let outside = house.update(&officer, "door", house.doors[1], &[("number", text("16"))]).await.unwrap_err();
    assert_eq!(outside.code(), "not-allowed");
    let street = ("street", Value::Reference(house.street));
    let set = [("number", text("1")), street];
    assert!(house.insert(&officer, "door", &set, Wkb::point(39.95, 40.95)).await.is_err());
    house.insert(&officer, "door", &set, Wkb::point(39.72, 40.95)).await.unwrap();
}

#[tokio::test]
async fn a_chief_sees_the_holdings_of_the_own_unit_and_a_manager_those_below() {
    let house = House::new().await;
    let register = house.desk.register("holding").unwrap();
    let units = |records: Vec<meydan_kernel::Record>| -> std::collections::BTreeSet<String> {
        records.iter().map(|r| format!("{:?}", r.value(&register, "unit").unwrap())).collect()
    };
    let reference = |id| format!("{:?}", Value::Reference(id));
    let chief = house.acting("emre.yildirim", "chief").await;
    let own = house.unit("BIDB-AKS-CBS").await;
    assert_eq!(units(house.seen(&chief, "holding").await.unwrap()), [reference(own)].into());
    // For the manager whom they stand in for they see the branch.
    let deputy = house.acting("emre.yildirim", "branch_manager").await;
    let mut branch = std::collections::BTreeSet::new();
    for code in ["BIDB-AKS", "BIDB-AKS-CBS", "BIDB-AKS-NUM"] {
        branch.insert(reference(house.unit(code).await));
    }
    assert_eq!(units(house.seen(&deputy, "holding").await.unwrap()), branch);
    let agent = house.acting("merve.tunc", "call_centre_agent").await;
    assert_eq!(house.seen(&agent, "holding").await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_administrator_sees_a_masked_identity_number_and_unmasking_is_written_down() {
    let house = House::new().await;
    let register = house.desk.register("person").unwrap();
    let subject = house.person("merve.tunc").await;
    let Value::Text(whole) = house.value("person", subject, "national_id").await else { panic!("a text") };
    let masked = text(&format!("•••••••••{}", &whole[9..]));
    let administrator = house.acting("deniz.sarikaya", "administrator").await;
    let seen = house.desk.get(&administrator, &register, Key::Id(subject), None).await.unwrap();
    assert_eq!(seen.value(&register, "national_id"), Some(&masked));
    let field = FieldSet::one(register.field_index("national_id").unwrap());
    let because = |p: Principal| p.because(Some("Kimlik doğrulama".to_owned()));
    let refused = house.desk.unmask(&because(administrator), &register, Key::Id(subject), field).await.unwrap_err();
    assert_eq!(refused.code(), "not-allowed");

    let personnel = house.acting("gulsum.yaman", "personnel_officer").await;
    let refused = house.desk.unmask(&personnel, &register, Key::Id(subject), field).await.unwrap_err();
    assert_eq!(refused.code(), "reason-required");
    assert_eq!(house.seen(&operator(), post::LOOK).await.unwrap().len(), 0);
    let open = house.desk.unmask(&because(personnel.clone()), &register, Key::Id(subject), field).await.unwrap();
    assert_eq!(open.value(&register, "national_id"), Some(&text(&whole)));
    let looks = house.seen(&operator(), post::LOOK).await.unwrap();
    let look = house.desk.register(post::LOOK).unwrap();
    let value = |name: &str| looks[0].value(&look, name).cloned();
    assert_eq!(looks.len(), 1);
    assert_eq!(value("viewer"), personnel.person().map(Value::Reference));
    assert_eq!(value("subject"), Some(Value::Reference(subject)));
    assert_eq!(value("fields"), Some(text("national_id")));
    assert_eq!(value("reason"), Some(text("Kimlik doğrulama")));
    // The person concerned sees who looked; a colleague doesn't.
    let concerned = house.acting("merve.tunc", "call_centre_agent").await;
    assert_eq!(house.seen(&concerned, post::LOOK).await.unwrap().len(), 1);
    let colleague = house.acting("gizem.unal", "call_centre_agent").await;
    assert_eq!(house.seen(&colleague, post::LOOK).await.unwrap().len(), 0);
}

#[tokio::test]
async fn nobody_writes_a_journal() {
    let house = House::new().await;
    let mut who = vec![operator()];
    for (login, role) in ROLES {
        who.push(house.acting(login, role).await.because(Some("x".to_owned())));
    }
    for principal in &who {
        for (register, set) in [
            ("look", vec![("register", text("person")), ("record", text("x")), ("fields", text("x"))]),
            ("security_event", vec![("kind", text("login"))]),
            (
                "destruction",
                vec![("register", text("person")), ("record", text("x")), ("kind", text("periodic")), ("basis", text("x"))],
            ),
        ] {
            let refused = house.insert(principal, register, &set, None).await.unwrap_err();
            assert_eq!(refused.code(), "not-allowed", "{register}");
        }
    }
}

#[tokio::test]
async fn erasing_needs_the_officer_a_reason_and_a_step_up() {
    let house = House::new().await;
    let person = house.desk.register("person").unwrap();
    let subject = house.person("kamil.aras").await;
    let edit = meydan_kernel::desk::Edit::Erase { id: subject, fields: Some(vec![person.field_index("phone").unwrap()]) };
    let erase = |who: Principal| {
        let (desk, edit) = (&house.desk, edit.clone());
        async move { desk.change(&who, vec![("person".to_owned(), edit)]).await }
    };
    let administrator = house.acting("deniz.sarikaya", "administrator").await;
    assert_eq!(erase(administrator).await.unwrap_err().code(), "not-allowed");
    let mut officer = house.acting("selma.toprak", "data_protection_officer").await;
    assert_eq!(erase(officer.clone()).await.unwrap_err().code(), "step-up-required");
    officer.verified_at = Some(officer.now);
    assert_eq!(erase(officer.clone()).await.unwrap_err().code(), "reason-required");
    erase(officer.because(Some("KVKK madde 7".to_owned()))).await.unwrap();
    assert_eq!(house.value("person", subject, "phone").await, Value::Null);
}

#[tokio::test]
async fn managers_assign_below_and_nobody_themselves_or_a_guarded_role() {
    let house = House::new().await;
    let manager = house.acting("aylin.erdem", "branch_manager").await;
    let holding = async |login: &str, unit: &str, role: &str| {
        [
            ("person", Value::Reference(house.person(login).await)),
            ("post", Value::Reference(house.post(unit, role).await)),
            ("unit", Value::Reference(house.unit(unit).await)),
            ("valid_from", Value::Date(today())),
        ]
    };
    house.insert(&manager, "holding", &holding("merve.tunc", "BIDB-AKS-CBS", "gis_expert").await, None).await.unwrap();
    let other =
        house.insert(&manager, "holding", &holding("merve.tunc", "BIDB-ESD-AG", "staff").await, None).await.unwrap_err();
    assert_eq!(other.code(), "not-allowed");
    let own =
        house.insert(&manager, "holding", &holding("aylin.erdem", "BIDB-AKS-CBS", "gis_expert").await, None).await.unwrap_err();
    assert_eq!(crate::house::fields(&own), ["person"]);
    let personnel = house.acting("gulsum.yaman", "personnel_officer").await;
    let guarded = holding("merve.tunc", "BIDB", "administrator").await;
    let refused = house.insert(&personnel, "holding", &guarded, None).await.unwrap_err();
    assert_eq!(crate::house::fields(&refused), ["post"]);
    let administrator = house.acting("deniz.sarikaya", "administrator").await;
    let begun = house.insert(&administrator, "holding", &guarded, None).await.unwrap();
    // What has begun is ended, not deleted.
    assert_eq!(crate::house::fields(&house.delete(&administrator, "holding", begun).await.unwrap_err()), ["valid_until"]);
    house.update(&administrator, "holding", begun, &[("valid_until", Value::Date(today()))]).await.unwrap();
}
