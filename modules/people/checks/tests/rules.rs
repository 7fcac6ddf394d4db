//! Each rule kept once and broken once; the field that is named.

use super::world::{World, on, text};
use meydan_kernel::Value;

const NONE: [&str; 0] = [];

fn with(mut set: Vec<(&'static str, Value)>, field: &'static str, value: Value) -> Vec<(&'static str, Value)> {
    set.retain(|(name, _)| *name != field);
    set.push((field, value));
    set
}

#[test]
fn units() {
    let world = World::new();
    let root = world.acting("root", "administrator");
    let faults = |name: &str, field: &'static str, value: Value| world.change_faults("unit", &root, name, &[(field, value)]);
    assert_eq!(faults("unit/house", "parent", world.reference("unit/branch")), ["parent"]);
    assert_eq!(faults("unit/house", "parent", world.reference("unit/house")), ["parent"]);
    assert_eq!(faults("unit/branch", "parent", world.reference("unit/other")), NONE);
    assert_eq!(faults("unit/house", "code", text("HOUSE")), ["code"]);
    assert_eq!(faults("unit/department", "valid_until", Value::Date(on(2026, 5, 1))), ["valid_until"]);
    let before = world.record("unit", "unit/branch");
    assert_eq!(world.faults("unit", &root, Some(&before), None), ["code"]);
}

#[test]
fn posts() {
    let world = World::new();
    let root = world.acting("root", "administrator");
    let faults = |name: &str, set: &[(&str, Value)]| world.change_faults("post", &root, name, set);
    assert_eq!(faults("post/manager", &[("unit", world.reference("unit/other"))]), ["unit"]);
    assert_eq!(faults("post/manager", &[("role", text("chief"))]), ["role"]);
    assert_eq!(faults("post/realisation-other", &[("role", text("chief"))]), NONE);
    assert_eq!(faults("post/manager", &[("reports_to", world.reference("post/manager"))]), ["reports_to"]);
    assert_eq!(faults("post/manager", &[("valid_until", Value::Date(on(2026, 5, 1)))]), ["valid_until"]);
    assert_eq!(faults("post/manager", &[("title", text("Müdür")), ("seats", Value::Int(3))]), NONE);
    let held = world.record("post", "post/manager");
    assert_eq!(world.faults("post", &root, Some(&held), None), ["title"]);
    let head = world.acting("head", "department_head");
    let auditor = [("title", text("x")), ("role", text("auditor")), ("unit", world.reference("unit/branch"))];
    assert_eq!(world.new_faults("post", &head, &auditor), ["role"]);
    assert_eq!(world.new_faults("post", &root, &auditor), NONE);
}

#[test]
fn persons() {
    let mut world = World::new();
    let operator = world.acting("operator", "");
    for set in [[("status", text("disabled"))], [("status", text("left"))]] {
        assert_eq!(world.change_faults("person", &operator, "root", &set), ["status"]);
        assert_eq!(world.change_faults("person", &operator, "clerk", &set), NONE);
    }
    assert_eq!(world.change_faults("person", &operator, "root", &[("login", Value::Null)]), ["login"]);
    assert_eq!(world.change_faults("person", &operator, "clerk", &[("login", text("ROOT"))]), ["login"]);
    assert_eq!(world.change_faults("person", &operator, "clerk", &[("login", text("a b"))]), ["login"]);
    let head = world.acting("head", "department_head");
    assert_eq!(world.change_faults("person", &head, "head", &[("status", text("disabled"))]), ["status"]);
    // With a second administrator the first may go.
    let second = world.holding("free", "administrator", (on(2026, 1, 1), None));
    world.add("holding", "holding/second", &second);
    assert_eq!(world.change_faults("person", &operator, "root", &[("status", text("left"))]), NONE);
}

#[test]
fn nobody_but_the_administrator_changes_what_a_guarded_role_logs_in_by() {
    let mut world = World::new();
    let clerk = world.acting("clerk", "staff");
    let root = world.acting("root", "administrator");
    let known_by =
        [("email", text("me@elsewhere.example")), ("national_id", text("10000000146")), ("origin", text("directory"))];
    for (field, value) in known_by {
        let set = [(field, value)];
        assert_eq!(world.change_faults("person", &clerk, "root", &set), [field]);
        assert_eq!(world.change_faults("person", &root, "root", &set), NONE);
        assert_eq!(world.change_faults("person", &world.acting("operator", ""), "root", &set), NONE);
        assert_eq!(world.change_faults("person", &clerk, "free", &set), NONE, "no such role");
    }
    assert_eq!(world.change_faults("person", &clerk, "root", &[("phone", text("+905000000000"))]), NONE);
    // Nor of who stands in for one.
    world.approved("root", "free", "administrator", (on(2026, 3, 1), on(2026, 3, 31)));
    assert_eq!(world.change_faults("person", &clerk, "free", &[("email", text("me@elsewhere.example"))]), ["email"]);
}

#[test]
fn holdings_fit_their_post() {
    let world = World::new();
    let root = world.acting("root", "administrator");
    let new = |set: Vec<(&'static str, Value)>| world.new_faults("holding", &root, &set);
    let desk = || world.holding("free", "desk", (on(2026, 3, 4), None));
    assert_eq!(new(desk()), NONE);
    assert_eq!(new(with(desk(), "unit", world.reference("unit/other"))), ["unit"]);
    // What isn't recorded yet can't be judged: refused, but for the operator, who makes both at once.
    for (field, name) in [("post", "post"), ("person", "person")] {
        let unknown = with(desk(), field, Value::Reference(uuid::Uuid::nil()));
        assert_eq!(new(unknown.clone()), [name]);
        assert_eq!(world.new_faults("holding", &world.acting("operator", ""), &unknown), NONE);
    }
    // One seat, taken; free again the day after the holder's last, and not on it.
    assert_eq!(new(world.holding("free", "manager", (on(2026, 3, 4), None))), ["post"]);
    assert_eq!(new(world.holding("free", "manager", (on(2023, 1, 1), Some(on(2023, 12, 31))))), NONE);
    assert_eq!(new(world.holding("free", "manager", (on(2023, 1, 1), Some(on(2024, 1, 1))))), ["post"]);
    assert_eq!(new(world.holding("clerk", "desk", (on(2026, 3, 4), None))), ["person"]);
}

#[test]
fn holdings_stay_in_the_past_and_come_from_others() {
    let world = World::new();
    let root = world.acting("root", "administrator");
    let faults =
        |field: &'static str, value: Value| world.change_faults("holding", &root, "holding/clerk/desk", &[(field, value)]);
    assert_eq!(faults("valid_until", Value::Date(on(2026, 3, 4))), NONE);
    assert_eq!(faults("valid_from", Value::Date(on(2025, 1, 1))), ["valid_from"]);
    assert_eq!(faults("person", world.reference("free")), ["person"]);
    let begun = world.record("holding", "holding/clerk/desk");
    assert_eq!(world.faults("holding", &root, Some(&begun), None), ["valid_until"]);
    // The last administrator isn't ended, not by the operator either.
    let operator = world.acting("operator", "");
    let end = [("valid_until", Value::Date(on(2026, 3, 3)))];
    assert_eq!(world.change_faults("holding", &operator, "holding/root/administrator", &end), ["valid_until"]);
    let manager = world.acting("manager", "branch_manager");
    assert_eq!(world.new_faults("holding", &manager, &world.holding("manager", "desk", (on(2026, 3, 4), None))), ["person"]);
}

#[test]
fn spending_and_realisation_don_t_come_together() {
    let mut world = World::new();
    let root = world.acting("root", "administrator");
    // Above in the same line: no. In another department: the rule is about one matter's line.
    let both = world.holding("head", "realisation", (on(2027, 1, 1), None));
    assert!(world.new_faults("holding", &root, &both).contains(&"post".to_owned()));
    let other = world.holding("head", "realisation-other", (on(2027, 1, 1), None));
    assert_eq!(world.new_faults("holding", &root, &other), NONE);
    // By proxy neither, in both orders.
    let days = (on(2026, 3, 10), on(2026, 3, 20));
    let head = world.acting("head", "department_head");
    assert_eq!(world.new_faults("proxy", &head, &world.proxy("head", "officer", "spending", days)), ["post"]);
    let all = with(world.proxy("head", "officer", "head", days), "post", Value::Null);
    assert_eq!(world.new_faults("proxy", &head, &all), ["delegate"]);
    assert_eq!(world.new_faults("proxy", &head, &world.proxy("head", "officer", "head", days)), NONE);
    world.approved("head", "clerk", "spending", days);
    world.add(
        "post",
        "post/second",
        &[("title", text("x")), ("role", text("realisation_officer")), ("unit", world.reference("unit/branch"))],
    );
    let second = with(world.holding("clerk", "desk", (on(2026, 3, 4), None)), "post", world.reference("post/second"));
    assert_eq!(world.new_faults("holding", &root, &second), ["post"]);
    let before = with(second, "valid_until", Value::Date(on(2026, 3, 9)));
    assert_eq!(world.new_faults("holding", &root, &before), NONE);
}

#[test]
fn proxies_lend_what_is_one_s_own() {
    let mut world = World::new();
    let head = world.acting("head", "department_head");
    let days = (on(2026, 3, 10), on(2026, 3, 20));
    let new = |world: &World, set: Vec<(&'static str, Value)>| world.new_faults("proxy", &head, &set);
    let fine = |world: &World| world.proxy("head", "manager", "head", days);
    assert_eq!(new(&world, fine(&world)), NONE);
    assert_eq!(new(&world, world.proxy("head", "head", "head", days)), ["delegate"]);
    assert_eq!(new(&world, world.proxy("head", "free", "head", days)), ["delegate"]);
    assert_eq!(new(&world, world.proxy("head", "clerk", "manager", days)), ["post"]);
    assert_eq!(new(&world, world.proxy("head", "manager", "head", (on(2026, 3, 10), on(2027, 3, 9)))), NONE);
    assert_eq!(new(&world, world.proxy("head", "manager", "head", (on(2026, 3, 10), on(2027, 3, 10)))), ["valid_until"]);
    assert_eq!(new(&world, world.proxy("head", "manager", "head", (on(2026, 2, 1), on(2026, 3, 3)))), ["valid_until"]);
    assert_eq!(new(&world, with(fine(&world), "unit", world.reference("unit/branch"))), ["unit"]);
    assert_eq!(new(&world, with(fine(&world), "actions", text("read, fly"))), ["actions"]);
    assert_eq!(new(&world, with(fine(&world), "registers", text("street,nothing"))), ["registers"]);
    assert_eq!(new(&world, with(fine(&world), "registers", text("street; door, park"))), NONE);
    assert_eq!(new(&world, with(fine(&world), "status", text("approved"))), ["approved_by", "status"]);
    // One deputy at a time; the next one from the day after.
    world.approved("head", "manager", "head", days);
    assert_eq!(new(&world, world.proxy("head", "clerk", "head", (on(2026, 3, 20), on(2026, 3, 25)))), ["valid_from"]);
    assert_eq!(new(&world, world.proxy("head", "clerk", "head", (on(2026, 3, 21), on(2026, 3, 25)))), NONE);
}

#[test]
fn proxies_are_not_passed_on() {
    let mut world = World::new();
    world.approved("head", "manager", "head", (on(2026, 3, 1), on(2026, 3, 31)));
    let deputy = world.acting("manager", "department_head");
    let days = (on(2026, 3, 10), on(2026, 3, 20));
    let own = world.acting("manager", "branch_manager");
    assert_eq!(world.new_faults("proxy", &own, &world.proxy("manager", "clerk", "manager", days)), NONE);
    assert_eq!(world.new_faults("proxy", &deputy, &world.proxy("manager", "clerk", "manager", days)), ["delegator"]);
    assert_eq!(world.new_faults("proxy", &own, &world.proxy("manager", "clerk", "head", days)), ["post"]);
}

#[test]
fn approval_is_another_s_and_final() {
    let mut world = World::new();
    let set = world.proxy("manager", "clerk", "manager", (on(2026, 3, 4), on(2026, 3, 20)));
    world.add("proxy", "asked", &set);
    let decision = |world: &World, who: &str| {
        vec![("status", text("approved")), ("approved_by", world.reference(who)), ("approved_on", Value::Date(on(2026, 3, 4)))]
    };
    let approve = |world: &World, who: &str, role: &str| {
        world.change_faults("proxy", &world.acting(who, role), "asked", &decision(world, who))
    };
    assert_eq!(approve(&world, "head", "department_head"), NONE);
    assert_eq!(approve(&world, "root", "administrator"), ["status"]);
    assert_eq!(approve(&world, "manager", "branch_manager"), ["approved_by", "status"]);
    assert_eq!(approve(&world, "clerk", "staff"), ["approved_by", "status"]);
    let head = world.acting("head", "department_head");
    let more = [decision(&world, "head"), vec![("actions", text("read"))]].concat();
    assert_eq!(world.change_faults("proxy", &head, "asked", &more), ["actions"]);
    let late = with(decision(&world, "head"), "approved_on", Value::Date(on(2026, 3, 3)));
    assert_eq!(world.change_faults("proxy", &head, "asked", &late), ["approved_on"]);
    // A request for yesterday comes too late.
    world.add("proxy", "late", &with(set, "valid_from", Value::Date(on(2026, 3, 3))));
    assert_eq!(world.change_faults("proxy", &head, "late", &decision(&world, "head")), ["valid_from"]);

    let before = world.approved("manager", "clerk", "manager", (on(2026, 3, 1), on(2026, 3, 20)));
    let change = |set: &[(&str, Value)]| {
        let after = world.changed("proxy", &before, set);
        world.faults("proxy", &head, Some(&before), Some(&after))
    };
    assert_eq!(change(&[("valid_until", Value::Date(on(2026, 3, 4)))]), NONE);
    assert_eq!(change(&[("valid_until", Value::Date(on(2026, 3, 3)))]), ["valid_until"]);
    assert_eq!(change(&[("valid_until", Value::Date(on(2026, 3, 21)))]), ["valid_until"]);
    assert_eq!(change(&[("registers", text("street"))]), ["registers"]);
    assert_eq!(change(&[("status", text("withdrawn"))]), NONE);
    assert_eq!(change(&[("status", text("requested"))]), ["status"]);
    assert_eq!(world.faults("proxy", &head, Some(&before), None), ["status"]);
}
