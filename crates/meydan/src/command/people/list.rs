//! `meydan people list`.

use super::House;
use crate::context::Context;
use anyhow::Result;
use meydan_kernel::post::{Person, day};
use std::process::ExitCode;

pub(super) async fn run(context: &Context) -> Result<ExitCode> {
    let house = House::new(context, context.existing_city().await?);
    let directory = house.directory().await?;
    let today = day(jiff::Timestamp::now());
    let mut persons: Vec<&Person> = directory.persons().filter(|p| p.login.is_some()).collect();
    persons.sort_by(|a, b| a.login.cmp(&b.login));
    let posts = |person: &Person| -> Vec<(String, String)> {
        let standings = directory.standings(person.id, today).into_iter();
        standings.filter_map(|s| directory.post(s.post).map(|p| (directory.post_name(p), s.role))).collect()
    };
    let mut rows = Vec::new();
    for person in persons {
        let password = house.identity.password_set_at(person.id).await?.is_some();
        let second = house.identity.second_factor_of(person.id).await?.totp_since.is_some();
        rows.push((person, posts(person), password, second));
    }
    if context.json {
        let rows = rows.iter().map(|(person, posts, password, second)| {
            let posts = posts.iter().map(|(name, role)| serde_json::json!({ "post": name, "role": role }));
            serde_json::json!({
                "person": person.id,
                "login": person.login,
                "name": person.name,
                "active": person.active,
                "posts": posts.collect::<Vec<_>>(),
                "password": password,
                "totp": second,
            })
        });
        println!("{}", serde_json::json!({ "people": rows.collect::<Vec<_>>() }));
        return Ok(ExitCode::SUCCESS);
    }
    if rows.is_empty() {
        println!("{}", context.say("Oturum açabilen kimse yok: meydan people admin", "Nobody can log in: meydan people admin"));
    }
    for (person, posts, ..) in rows {
        let status = if person.active { "" } else { context.say(" (etkin değil)", " (not active)") };
        let posts = posts.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join("; ");
        println!("{}  {}{status}  {posts}", person.login.as_deref().unwrap_or_default(), person.name);
    }
    Ok(ExitCode::SUCCESS)
}
