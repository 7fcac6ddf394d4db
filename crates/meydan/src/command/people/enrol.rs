//! `meydan people enrol`.

use super::{House, LoginArgs, person, tell_enrolment};
use crate::context::Context;
use anyhow::Result;
use std::process::ExitCode;

pub(super) async fn run(context: &Context, args: LoginArgs) -> Result<ExitCode> {
    let house = House::new(context, context.existing_city().await?);
    let directory = house.directory().await?;
    let person = person(&directory, &args.login)?;
    let enrolment = house.identity.make_enrolment(&house.operator, person.id).await?;
    tell_enrolment(context, person.login.as_deref().unwrap_or_default(), &enrolment, None);
    Ok(ExitCode::SUCCESS)
}
