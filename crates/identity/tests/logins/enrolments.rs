//! Enrolment links: good once, for two days, for one person.

use crate::house::{House, PASSWORD, code, done, let_pass, operator, visit};

#[tokio::test]
async fn a_link_sets_the_first_password_once() {
    let house = House::new().await;
    let person = house.person("gulizar", &[]).await;
    assert_eq!(code(house.identity.login("gulizar", PASSWORD, &visit()).await), "wrong-login", "nobody has a default");
    let link = house.identity.make_enrolment(&operator(), person).await.unwrap();
    assert_eq!(house.identity.enrolment(&link.code).await.unwrap().id, person);
    assert_eq!(code(house.identity.enrol_password(&link.code, "kısa", &visit()).await), "weak-password");
    let (session, _) = done(house.identity.enrol_password(&link.code, PASSWORD, &visit()).await.unwrap());
    assert!(house.is_good(&session.cookie).await);
    assert_eq!(code(house.identity.enrol_password(&link.code, "başka bir uzun parola", &visit()).await), "enrolment-over");
    assert_eq!(code(house.identity.login("gulizar", PASSWORD, &visit()).await), "fine");
    for made_up in ["", "x", &link.code[1..]] {
        assert_eq!(code(house.identity.enrolment(made_up).await), "enrolment-over");
    }
}

#[tokio::test]
async fn two_who_use_a_link_at_once_are_one() {
    let house = House::new().await;
    let person = house.person("gulizar", &[]).await;
    let link = house.identity.make_enrolment(&operator(), person).await.unwrap();
    let here = visit();
    let (a, b) = tokio::join!(
        house.identity.enrol_password(&link.code, "pencere kaldırım lodos", &here),
        house.identity.enrol_password(&link.code, "kestane gölgesinde çay", &here),
    );
    let mut codes = [code(a), code(b)];
    codes.sort_unstable();
    assert_eq!(codes, ["enrolment-over", "fine"]);
}

#[tokio::test]
async fn a_link_ends_by_time_by_another_and_with_its_person() {
    let house = House::new().await;
    let person = house.person("gulizar", &[]).await;
    let make = async || house.identity.make_enrolment(&operator(), person).await.unwrap().code;
    let first = make().await;
    let second = make().await;
    assert_eq!(code(house.identity.enrolment(&first).await), "enrolment-over", "a new one voids it");
    assert_eq!(code(house.identity.enrolment(&second).await), "fine");
    let_pass(&house, "enrolment", person).await;
    assert_eq!(code(house.identity.use_enrolment(&second).await), "enrolment-over");
    let third = make().await;
    house.set_status(person, "disabled").await;
    assert_eq!(code(house.identity.use_enrolment(&third).await), "enrolment-over");
    assert_eq!(code(house.identity.make_enrolment(&operator(), person).await), "no-longer-active");
    house.identity.sweep().await.unwrap();
    house.set_status(person, "active").await;
    assert_eq!(code(house.identity.use_enrolment(&third).await), "enrolment-over");
    let fourth = make().await;
    assert_eq!(house.identity.use_enrolment(&fourth).await.unwrap().id, person);
    assert_eq!(code(house.identity.use_enrolment(&fourth).await), "enrolment-over");
    assert_eq!(house.count("enrolment_made").await, 4);
}

#[tokio::test]
async fn a_new_link_ends_what_the_old_password_began() {
    let house = House::new().await;
    let person = house.member("gulizar").await;
    let (stolen, _) = house.enter("gulizar").await;
    let link = house.identity.make_enrolment(&operator(), person).await.unwrap();
    assert!(house.is_good(&stolen.cookie).await);
    let _ = done(house.identity.enrol_password(&link.code, "kestane gölgesinde çay", &visit()).await.unwrap());
    assert!(!house.is_good(&stolen.cookie).await);
    assert_eq!(code(house.identity.login("gulizar", PASSWORD, &visit()).await), "wrong-login");
}
