//! `meydan people`: the first administrator, enrolment links, who may log in.

mod admin;
mod enrol;
mod explain;
mod import_ldap;
mod list;
mod status;

use crate::context::{City, Context};
use anyhow::Result;
use meydan_identity::{Enrolment, Identity};
use meydan_kernel::{
    Error, Kind, Principal,
    post::{Directory, Person},
};
use std::{process::ExitCode, sync::Arc};

/// People who log in: make the first administrator, give enrolment links, disable accounts.
///
/// Nobody has a default password: a person gets an enrolment link, good once and for two days, and sets their own.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Make an administrator: the person, with a post that bears the role, and an enrolment link.
    ///
    /// If there is no unit yet a top unit is made, and if there is no post with the role of administrator in it, that too.
    Admin(admin::Args),
    /// Make an enrolment link for a person: good once and for two days. Earlier ones are void.
    Enrol(LoginArgs),
    /// Disable an account: at once nothing of it works any more, sessions and tokens are forgotten.
    Disable(LoginArgs),
    /// Enable an account again that was disabled. The person needs to log in anew; forgotten tokens don't come back.
    Enable(LoginArgs),
    /// List who may log in, with their posts.
    List,
    Explain(explain::Args),
    ImportLdap(import_ldap::Args),
}

/// Whose account.
#[derive(clap::Args)]
pub struct LoginArgs {
    /// Login name.
    #[arg(long, value_name = "LOGIN")]
    login: String,
}

/// Runs it.
///
/// # Errors
/// Those of the desk and of the store.
pub async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    match args.command {
        Command::Admin(args) => admin::run(context, args).await,
        Command::Enrol(args) => enrol::run(context, args).await,
        Command::Disable(args) => status::run(context, args, status::Wish::Disable).await,
        Command::Enable(args) => status::run(context, args, status::Wish::Enable).await,
        Command::List => list::run(context).await,
        Command::Explain(args) => explain::run(context, args).await,
        Command::ImportLdap(args) => import_ldap::run(context, args).await,
    }
}

/// What the commands about people and tokens work with.
pub(super) struct House {
    pub city: City,
    pub identity: Identity,
    pub operator: Principal,
}

impl House {
    pub fn new(context: &Context, city: City) -> Self {
        let title = &context.config.city.title;
        let identity = Identity::new(Arc::clone(&city.desk)).of_city(&title.tr, [title.en.clone()]);
        Self { city, identity, operator: context.operator("command") }
    }

    /// The organisation.
    pub async fn directory(&self) -> Result<Arc<Directory>> {
        Ok(self.city.desk.directory().await?)
    }
}

/// The person with a login name.
pub(super) fn person<'a>(directory: &'a Directory, login: &str) -> Result<&'a Person> {
    let found = directory.by_login(login).ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            "no-such-login",
            format!("Bu kullanıcı adıyla kimse yok: {login}"),
            format!("Nobody has this login name: {login}"),
        )
        .hint("Kimlerin olduğunu görün: meydan people list", "See who there is: meydan people list")
    })?;
    Ok(found)
}

/// The link of an enrolment. The page takes the code out of the address at once.
fn link(context: &Context, enrolment: &Enrolment) -> String {
    let config = &context.config;
    let base = config.base_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
    format!("{}/enrol/{}", base.trim_end_matches('/'), enrolment.code)
}

/// What is told for programs, with whether an authenticator app was removed, where that was asked for.
fn with_app(mut told: serde_json::Value, app_removed: Option<bool>) -> serde_json::Value {
    if let (Some(object), Some(removed)) = (told.as_object_mut(), app_removed) {
        object.insert("app_removed".to_owned(), removed.into());
    }
    told
}

fn tell_app(context: &Context, app_removed: Option<bool>) {
    match app_removed {
        None => {}
        Some(true) => println!(
            "{}",
            context.say(
                "Doğrulama uygulaması kurtarma kodlarıyla birlikte kaldırıldı; sonraki girişte kod sorulmaz.",
                "The authenticator app is removed with its recovery codes; the next login asks for no code."
            )
        ),
        Some(false) => {
            println!("{}", context.say("Kaldırılacak doğrulama uygulaması yok.", "There is no authenticator app to remove."));
        }
    }
}

fn tell_enrolment(context: &Context, login: &str, enrolment: &Enrolment, app_removed: Option<bool>) {
    let link = link(context, enrolment);
    if context.json {
        let told = serde_json::json!({
            "login": login,
            "person": enrolment.person,
            "enrolment": { "link": link, "code": enrolment.code, "expires_at": enrolment.expires_at.to_string() },
        });
        println!("{}", with_app(told, app_removed));
        return;
    }
    tell_app(context, app_removed);
    println!("{} {login}", context.say("Giriş bağlantısı, kullanıcı adı:", "Enrolment link, login name:"));
    println!("  {link}");
    println!(
        "{} {}. {}",
        context.say("Bir kez ve şu ana kadar geçerlidir:", "Good once, and until"),
        enrolment.expires_at,
        context.say("Yalnızca sahibine, güvenli bir yoldan verin.", "Give it to its owner only, on a safe way.")
    );
}
