//! `meydan token`: API tokens for programs.

use super::people::{House, person};
use crate::context::Context;
use anyhow::Result;
use meydan_identity::{Token, TokenWish};
use meydan_kernel::{
    Error,
    catalogue::Action,
    permission::Limits,
    post::{Directory, StandingKey, day},
};
use std::process::ExitCode;
use uuid::Uuid;

/// Access tokens for programs: each has an owner, a post, a scope and an end.
///
/// A token may do what its owner may in the chosen post, and of that only what its scope names. Its secret is shown once.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Make a token and show its secret, for the only time.
    New(NewArgs),
    /// List the tokens of a person.
    List(ListArgs),
    /// Revoke a token: at once it opens nothing any more.
    Revoke(RevokeArgs),
}

#[derive(clap::Args)]
struct NewArgs {
    /// Login name of the owner.
    #[arg(long, value_name = "LOGIN")]
    login: String,
    /// What it is for.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Only this register; can be given many times. All if left out.
    #[arg(long = "register", value_name = "REGISTER")]
    registers: Vec<String>,
    /// Only this action (read, history, export, insert, update, delete, unmask, erase, manage, audit); can be given many times.
    /// All if left out.
    #[arg(long = "action", value_name = "ACTION", value_parser = action)]
    actions: Vec<Action>,
    /// Days that it lives.
    #[arg(long, default_value_t = 90)]
    days: i64,
    /// In which of the owner's posts: its title or id, or `post/proxy` ids for one by proxy. Their first own one if left out.
    #[arg(long, value_name = "POST")]
    post: Option<String>,
}

#[derive(clap::Args)]
struct ListArgs {
    /// Login name of the owner.
    #[arg(long, value_name = "LOGIN")]
    login: String,
}

#[derive(clap::Args)]
struct RevokeArgs {
    /// Login name of the owner.
    #[arg(long, value_name = "LOGIN")]
    login: String,
    /// The token's id, as listed.
    #[arg(value_name = "TOKEN")]
    token: Uuid,
}

/// Runs it.
///
/// # Errors
/// `no-such-login`, `no-such-post`, `no-such-register`, `no-such-token`, `bad-token`; those of the store.
pub async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    let house = House::new(context, context.existing_city().await?);
    match args.command {
        Command::New(args) => new(context, &house, args).await,
        Command::List(args) => list(context, &house, args).await,
        Command::Revoke(args) => revoke(context, &house, args).await,
    }
}

async fn new(context: &Context, house: &House, args: NewArgs) -> Result<ExitCode> {
    let directory = house.directory().await?;
    let owner = person(&directory, &args.login)?;
    for register in &args.registers {
        house.city.desk.register(register)?;
    }
    let standing = match &args.post {
        Some(post) => Some(standing(&directory, owner.id, post)?),
        None => own_first(&directory, owner.id),
    };
    let some = |list: Vec<_>| (!list.is_empty()).then_some(list);
    let registers = (!args.registers.is_empty()).then_some(args.registers);
    let limits = Limits { actions: some(args.actions), registers };
    let wish = TokenWish { name: args.name, standing, limits, days: args.days };
    let made = house.identity.make_token_by(&house.operator, owner.id, wish).await?;
    if context.json {
        let mut told = told(&directory, &made.token);
        if let Some(object) = told.as_object_mut() {
            object.insert("secret".to_owned(), made.secret.into());
        }
        println!("{told}");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{}", made.secret);
    println!(
        "{} {}. {}",
        context.say("Şu ana kadar geçerlidir:", "Good until"),
        made.token.expires_at,
        context.say(
            "Yalnızca şimdi gösterilir; saklayacağınız yere şimdi koyun.",
            "It is shown only now; put it where it is to be kept."
        )
    );
    Ok(ExitCode::SUCCESS)
}

async fn list(context: &Context, house: &House, args: ListArgs) -> Result<ExitCode> {
    let directory = house.directory().await?;
    let owner = person(&directory, &args.login)?;
    let tokens = house.identity.tokens_of(owner.id).await?;
    if context.json {
        let tokens: Vec<_> = tokens.iter().map(|t| told(&directory, t)).collect();
        println!("{}", serde_json::json!({ "tokens": tokens }));
        return Ok(ExitCode::SUCCESS);
    }
    if tokens.is_empty() {
        println!("{}", context.say("Erişim anahtarı yok.", "There are no tokens."));
    }
    for token in tokens {
        println!("{}  …{}  {}  {}", token.id, token.ends_with, token.expires_at, token.name);
    }
    Ok(ExitCode::SUCCESS)
}

async fn revoke(context: &Context, house: &House, args: RevokeArgs) -> Result<ExitCode> {
    let directory = house.directory().await?;
    let owner = person(&directory, &args.login)?;
    if !house.identity.revoke_token_by(&house.operator, owner.id, args.token).await? {
        return Err(
            Error::not_found("no-such-token", "Kişinin böyle bir anahtarı yok.", "The person has no such token.").into()
        );
    }
    if context.json {
        println!("{}", serde_json::json!({ "revoked": args.token }));
    } else {
        println!("{}", context.say("Anahtar iptal edildi.", "Token revoked."));
    }
    Ok(ExitCode::SUCCESS)
}

/// A token without its secret.
fn told(directory: &Directory, token: &Token) -> serde_json::Value {
    let post = token.standing.as_ref().and_then(|s| directory.post(s.post)).map(|p| directory.post_name(p));
    serde_json::json!({
        "id": token.id,
        "person": token.person,
        "name": token.name,
        "post": post,
        "standing": token.standing.as_ref().map(ToString::to_string),
        "actions": token.limits.actions,
        "registers": token.limits.registers,
        "created_at": token.created_at.to_string(),
        "expires_at": token.expires_at.to_string(),
        "ends_with": token.ends_with,
    })
}

/// The first of a person's own posts today.
fn own_first(directory: &Directory, person: Uuid) -> Option<StandingKey> {
    let standings = directory.standings(person, day(jiff::Timestamp::now()));
    standings.iter().find(|s| s.proxy.is_none()).map(StandingKey::of)
}

/// The standing that a person named: by key, or by the title of a post of their own.
pub(super) fn standing(directory: &Directory, person: Uuid, named: &str) -> Result<StandingKey> {
    let standings = directory.standings(person, day(jiff::Timestamp::now()));
    let by_key = StandingKey::parse(named).filter(|key| standings.iter().any(|s| StandingKey::of(s) == *key));
    let by_title = || {
        let titled = |s: &&meydan_kernel::permission::Standing| {
            s.proxy.is_none() && directory.post(s.post).is_some_and(|p| p.title == named || directory.post_name(p) == named)
        };
        standings.iter().find(titled).map(StandingKey::of)
    };
    let found = by_key.or_else(by_title).ok_or_else(|| {
        Error::not_found(
            "no-such-post",
            format!("Kişinin bugün böyle bir görevi yok: {named}"),
            format!("The person holds no such post today: {named}"),
        )
        .hint("Görevlerini görün: meydan people list", "See their posts: meydan people list")
    })?;
    Ok(found)
}

/// An action by its word.
pub(super) fn action(word: &str) -> Result<Action, String> {
    Action::from_word(word).ok_or_else(|| Action::ALL.map(Action::word).join(", "))
}
