//! `meydan people admin`.

use super::{House, tell_app, tell_enrolment, with_app};
use crate::context::Context;
use anyhow::Result;
use meydan_kernel::{
    Error, Kind, Value,
    desk::Edit,
    post::{Directory, HOLDING, PERSON, POST, Person, UNIT, day},
};
use std::{io::Read as _, process::ExitCode};
use uuid::Uuid;

/// Role that looks after the house.
const ADMINISTRATOR: &str = "administrator";
/// Code of the unit that is made where there is none.
const TOP_UNIT: &str = "1";
/// Limit: bytes of a password on standard input.
const MAX_INPUT: u64 = 4_096;

/// Who is to be administrator.
#[derive(clap::Args)]
pub struct Args {
    /// Login name.
    #[arg(long, value_name = "LOGIN")]
    login: String,
    /// First and last name; the last word is the last name.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Read the password from the first line of standard input instead of making an enrolment link.
    #[arg(long)]
    password_stdin: bool,
    /// The login exists already: make it an administrator, if it isn't, and a new enrolment link or password.
    #[arg(long)]
    again: bool,
    /// With --again, if the phone is lost too: remove the authenticator app and the recovery codes. The next login asks for no
    /// code.
    #[arg(long, requires = "again")]
    remove_app: bool,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    let password = if args.password_stdin { Some(read_password()?) } else { None };
    let house = House::new(context, context.city().await?);
    let directory = house.directory().await?;
    let known = directory.by_login(&args.login);
    if known.is_some() && !args.again {
        return Err(login_taken(&args.login).into());
    }
    let mut edits = Vec::new();
    let id = match known {
        Some(person) => {
            edits.extend(activate(&house, person)?);
            person.id
        }
        None => {
            let id = Uuid::now_v7();
            edits.push(insert(&house, PERSON, id, person_values(&args)?)?);
            id
        }
    };
    edits.extend(administration(context, &house, &directory, id)?);
    // A weak password is refused before anything is made.
    if let Some(password) = &password {
        let person = known.cloned().unwrap_or_else(|| Person {
            id,
            name: args.name.clone().unwrap_or_default(),
            login: Some(args.login.clone()),
            email: None,
            lang: meydan_kernel::Lang::Tr,
            active: true,
        });
        house.identity.check_password(&person, password).await?;
    }
    if !edits.is_empty() {
        house.city.desk.change(&house.operator, edits).await?;
    }
    // Before the link is shown: who has it must find the door as they were told.
    let app_removed = if args.remove_app { Some(remove_app(&house, id).await?) } else { None };
    let login = house.directory().await?.person(id).and_then(|p| p.login.clone()).unwrap_or(args.login);
    match password {
        Some(password) => {
            house.identity.set_password_by(&house.operator, id, &password).await?;
            tell_password(context, &login, id, app_removed);
        }
        None => tell_enrolment(context, &login, &house.identity.make_enrolment(&house.operator, id).await?, app_removed),
    }
    Ok(ExitCode::SUCCESS)
}

/// The unit, post and holding that make a person an administrator today, as far as they lack.
fn administration(context: &Context, house: &House, directory: &Directory, person: Uuid) -> Result<Vec<(String, Edit)>> {
    let today = day(jiff::Timestamp::now());
    if directory.standings(person, today).iter().any(|s| s.role == ADMINISTRATOR && s.proxy.is_none()) {
        return Ok(Vec::new());
    }
    let mut edits = Vec::new();
    let in_force = |from: Option<jiff::civil::Date>, until: Option<jiff::civil::Date>| {
        from.is_none_or(|f| f <= today) && until.is_none_or(|u| today <= u)
    };
    let mut tops: Vec<_> = directory.units().filter(|u| u.parent.is_none() && in_force(u.from, u.until)).collect();
    tops.sort_by(|a, b| a.code.cmp(&b.code));
    let unit = match tops.first() {
        Some(unit) => unit.id,
        None => {
            let id = Uuid::now_v7();
            let title = context.config.city.title.tr.clone();
            let values = [("code", text(TOP_UNIT)), ("name", text(title)), ("kind", text("municipality"))];
            edits.push(insert(house, UNIT, id, values.into())?);
            id
        }
    };
    let post = Uuid::now_v7();
    let values = [
        ("title", text("Sistem yöneticisi")),
        ("title_en", text("System administrator")),
        ("role", text(ADMINISTRATOR)),
        ("unit", Value::Reference(unit)),
    ];
    edits.push(insert(house, POST, post, values.into())?);
    let values = [
        ("person", Value::Reference(person)),
        ("post", Value::Reference(post)),
        ("unit", Value::Reference(unit)),
        ("valid_from", Value::Date(today)),
    ];
    edits.push(insert(house, HOLDING, Uuid::now_v7(), values.into())?);
    Ok(edits)
}

fn person_values(args: &Args) -> Result<Vec<(&'static str, Value)>> {
    let name = args.name.as_deref().unwrap_or_default().trim();
    let Some((first, last)) = name.rsplit_once(char::is_whitespace) else {
        return Err(Error::invalid(
            "name-missing",
            "Kişinin adını ve soyadını yazın.",
            "Give the person's first and last name.",
        )
        .hint("Örnek: --name \"Ayşe Yılmaz\"", "For example: --name \"Ayşe Yılmaz\"")
        .into());
    };
    Ok(vec![("first_name", text(first.trim())), ("last_name", text(last)), ("login", text(args.login.trim()))])
}

fn activate(house: &House, person: &Person) -> Result<Option<(String, Edit)>> {
    if person.active {
        return Ok(None);
    }
    let set = indexed(house, PERSON, vec![("status", text("active"))])?;
    Ok(Some((PERSON.to_owned(), Edit::Update { id: person.id, expected: None, set, geometry: None })))
}

fn insert(house: &House, register: &str, id: Uuid, values: Vec<(&str, Value)>) -> Result<(String, Edit)> {
    let set = indexed(house, register, values)?;
    Ok((register.to_owned(), Edit::Insert { id: Some(id), set, geometry: None }))
}

fn indexed(house: &House, register: &str, values: Vec<(&str, Value)>) -> Result<Vec<(usize, Value)>> {
    let register = house.city.desk.register(register)?;
    let index = |(name, value)| {
        let at = register.field_index(name).ok_or_else(|| Error::internal(format!("{}.{name} is missing", register.name)))?;
        Ok((at, value))
    };
    values.into_iter().map(index).collect()
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn read_password() -> Result<String> {
    let mut input = String::new();
    std::io::stdin().take(MAX_INPUT).read_to_string(&mut input)?;
    Ok(input.lines().next().unwrap_or_default().to_owned())
}

/// Takes the authenticator app away; false if there is none.
async fn remove_app(house: &House, person: Uuid) -> Result<bool> {
    match house.identity.remove_totp_of(&house.operator, person).await {
        Ok(()) => Ok(true),
        Err(error) if error.code() == "no-totp" => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn tell_password(context: &Context, login: &str, person: Uuid, app_removed: Option<bool>) {
    if context.json {
        let told = serde_json::json!({ "login": login, "person": person, "enrolment": null });
        println!("{}", with_app(told, app_removed));
    } else {
        tell_app(context, app_removed);
        println!("{} {login}", context.say("Parola belirlendi, kullanıcı adı:", "Password set, login name:"));
    }
}

fn login_taken(login: &str) -> Error {
    Error::new(
        Kind::Conflict,
        "login-taken",
        format!("Bu kullanıcı adı zaten var: {login}"),
        format!("This login name exists already: {login}"),
    )
    .hint(
        "Yeni bir giriş bağlantısı için: meydan people enrol; yine de yönetici yapmak için --again",
        "For a new enrolment link: meydan people enrol; to make it an administrator all the same: --again",
    )
}
