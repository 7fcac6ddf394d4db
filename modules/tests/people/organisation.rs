//! The sample organisation: as the regulation has it, whole, and the same for the same seed.

use crate::house::{House, text, today};
use meydan_kernel::{Value, catalogue::load, desk::Edit};
use meydan_modules::people::demo::{DISTRICTS, logins, organisation};
use std::collections::HashSet;

fn made(seed: u64) -> String {
    let catalogue = load(&meydan_modules::sources()).unwrap();
    format!("{:?}", organisation(&catalogue, seed, jiff::civil::date(2026, 3, 4), &[]).unwrap())
}

#[test]
fn the_same_seed_makes_the_same_organisation() {
    assert_eq!(made(7), made(7));
    assert_ne!(made(7), made(8));
}

#[test]
fn every_record_has_its_own_id_and_says_that_it_is_generated() {
    let catalogue = load(&meydan_modules::sources()).unwrap();
    let mut seen = HashSet::new();
    for (name, edit) in organisation(&catalogue, 61, today(), &[]).unwrap().into_iter().flatten() {
        let register = catalogue.register(&name).unwrap();
        let Edit::Insert { id, set, .. } = edit else { panic!("only new records") };
        assert!(seen.insert(id.unwrap()), "{name}: an id is given twice");
        let origin = register.field_index("origin").unwrap();
        assert!(set.contains(&(origin, text("generated"))), "{name}");
    }
}

#[tokio::test]
async fn the_department_stands_as_in_the_regulation() {
    let house = House::new().await;
    let directory = house.desk.directory().await.unwrap();
    let department = house.unit("BIDB").await;
    let day = today();
    let open = |until: Option<jiff::civil::Date>| until.is_none_or(|u| day <= u);
    let branches: Vec<_> = directory.units().filter(|u| u.parent == Some(department) && open(u.until)).collect();
    let mut names: Vec<&str> = branches.iter().map(|u| u.name.as_str()).collect();
    names.sort_unstable();
    // Article 6.
    assert_eq!(
        names,
        [
            "Akıllı Şehirler Şube Müdürlüğü",
            "Elektronik Sistemler ve Donanım Şube Müdürlüğü",
            "Yazılım Şube Müdürlüğü",
            "İletişim ve Koordinasyon Şube Müdürlüğü",
        ]
    );
    assert_eq!(directory.units().filter(|u| u.code.starts_with("ILCE-")).count(), DISTRICTS);
    assert_eq!(directory.units().filter(|u| u.area.is_some()).count(), 2);
    assert!(directory.persons().count() >= 40);
    for login in logins() {
        assert!(house.acting(login.login, login.role).await.is(&meydan_kernel::catalogue::Party::Staff), "{}", login.login);
    }
    // The chief stands in for the branch manager today, and says for whom.
    let proxied = house.acting("emre.yildirim", "branch_manager").await;
    assert_eq!(proxied.act.on_behalf_of, Some(house.person("aylin.erdem").await.to_string()));
    // Last year she was in the branch that closed: the new unit doesn't rewrite it.
    let moved = house.person("zeynep.uzun").await;
    let then = jiff::civil::date(day.year() - 1, 3, 1);
    let unit = |on| directory.standings(moved, on).first().map(|s| s.unit.codes[0].clone());
    assert_eq!(unit(then).as_deref(), Some("BIDB-CBS-ESKI"));
    assert_eq!(unit(day).as_deref(), Some("BIDB-AKS-CBS"));
    // No gap, no overlap when she moved.
    for days in 0..365 {
        let on = then.checked_add(jiff::Span::new().days(days)).unwrap();
        assert_eq!(directory.standings(moved, on).len(), 1, "{on}");
    }
}

#[tokio::test]
async fn who_left_or_is_disabled_stands_nowhere() {
    let house = House::new().await;
    let directory = house.desk.directory().await.unwrap();
    for login in ["kamil.aras", "ferhat.bulut"] {
        assert_eq!(directory.standings(house.person(login).await, today()), []);
    }
    assert_eq!(house.value("person", house.person("kamil.aras").await, "status").await, Value::Text("left".to_owned()));
}
