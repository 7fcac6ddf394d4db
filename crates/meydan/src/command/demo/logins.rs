//! Logins of the sample city: some of its invented people, to try their work out. They share one password, random per city, kept
//! in a file beside it that only its owner reads.

use crate::context::{City, Context};
use anyhow::Result;
use meydan_identity::Identity;
use meydan_modules::people::demo::logins;
use std::{
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Name of the file.
const FILE_NAME: &str = "demo-logins.txt";
/// Letters of the password: none that look alike.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";
/// Groups of the password, and letters of a group: 80 bits.
const GROUPS: usize = 4;
const GROUP: usize = 4;

/// Roles of whom one is named at once: from the first call to the answer.
const SHOWN: [&str; 4] = ["call_centre_agent", "chief", "field_team", "branch_manager"];

/// What was made.
pub struct Logins {
    /// The file.
    pub file: PathBuf,
    /// Login of the administrator.
    pub administrator: &'static str,
    /// The password of all.
    pub password: String,
    /// Some people whose work shows what is there: login, role, what they try out.
    pub more: Vec<String>,
}

/// Gives the sample city's people their password and writes it down.
///
/// # Errors
/// Those of the store and the disk.
pub async fn make(context: &Context, city: &City) -> Result<Logins> {
    let operator = context.operator("demo");
    let identity = Identity::new(Arc::clone(&city.desk));
    let password = password()?;
    let directory = city.desk.directory().await?;
    let (mut more, mut shown) = (Vec::new(), std::collections::HashSet::new());
    let mut lines = vec![format!("{}: {password}", context.say("Parola (hepsinin)", "Password (of all)")), String::new()];
    for login in logins() {
        if let Some(person) = directory.by_login(login.login) {
            identity.set_password_by(&operator, person.id, &password).await?;
            let (tr, en) = login.what;
            let line = format!("{:<18} {:<24} {}", login.login, login.role, context.say(tr, en));
            if SHOWN.contains(&login.role) && shown.insert(login.role) {
                more.push(line.clone());
            }
            lines.push(line);
        }
    }
    let file = path(context);
    write(&file, &lines.join("\n"))?;
    let administrator = logins().iter().find(|l| l.role == "administrator").map_or("", |l| l.login);
    Ok(Logins { file, administrator, password, more })
}

/// Where the logins are written.
pub fn path(context: &Context) -> PathBuf {
    context.config.seal_key_path().with_file_name(FILE_NAME)
}

fn write(file: &Path, text: &str) -> std::io::Result<()> {
    // Made anew: an older file may be readable by others.
    let _ = std::fs::remove_file(file);
    let mut opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    writeln!(opened, "{text}")
}

fn password() -> Result<String> {
    let mut random = [0; GROUPS * GROUP];
    getrandom::fill(&mut random)?;
    let letters: Vec<char> = random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    Ok(letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}
