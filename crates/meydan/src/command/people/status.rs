//! `meydan people disable` and `enable`.

use super::{House, LoginArgs, person};
use crate::context::Context;
use anyhow::Result;
use meydan_kernel::{Value, desk::Edit, post::PERSON};
use std::process::ExitCode;

/// What is to become of an account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Disable,
    Enable,
}

pub(super) async fn run(context: &Context, args: LoginArgs, wish: Wish) -> Result<ExitCode> {
    let house = House::new(context, context.existing_city().await?);
    let directory = house.directory().await?;
    let person = person(&directory, &args.login)?;
    let status = if wish == Wish::Disable { "disabled" } else { "active" };
    let register = house.city.desk.register(PERSON)?;
    let set = register.field_index("status").map(|field| (field, Value::Text(status.to_owned())));
    let edit = Edit::Update { id: person.id, expected: None, set: set.into_iter().collect(), geometry: None };
    house.city.desk.change(&house.operator, vec![(PERSON.to_owned(), edit)]).await?;
    let ended = match wish {
        Wish::Disable => house.identity.disable_logins(&house.operator, person.id).await?,
        Wish::Enable => {
            house.identity.note_enabled(&house.operator, person.id).await?;
            0
        }
    };
    if context.json {
        println!(
            "{}",
            serde_json::json!({ "login": person.login, "person": person.id, "status": status, "sessions_ended": ended })
        );
        return Ok(ExitCode::SUCCESS);
    }
    match wish {
        Wish::Disable => println!(
            "{} {}. {} {ended}",
            context.say("Hesap askıya alındı:", "Account disabled:"),
            person.name,
            context.say("Sonlandırılan oturum:", "Sessions ended:")
        ),
        Wish::Enable => println!("{} {}.", context.say("Hesap yeniden etkin:", "Account enabled again:"), person.name),
    }
    Ok(ExitCode::SUCCESS)
}
