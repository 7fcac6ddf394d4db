//! A consistent copy while serving, by PostgreSQL's own `pg_dump`.

use meydan_kernel::{Error, Result};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::process::Command;
use tokio_postgres::{Config, config::Host};

/// Writes the schema `meydan` in `pg_dump`'s custom format. The dump is one snapshot; nobody waits for it.
///
/// # Errors
/// `pg-dump-missing`, `backup-failed` with what `pg_dump` says.
pub async fn dump(config: &Config, to: &Path) -> Result<()> {
    let mut command = Command::new(program("pg_dump").await?);
    // `pg_dump` writes into what is there, and leaves its permissions as they are.
    crate::private_file::make(to).map_err(Error::unavailable)?;
    command.args(["--format=custom", "--no-owner", "--schema=meydan", "--file"]).arg(to);
    connection(&mut command, config);
    let out = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true).output().await;
    let why = match out {
        Ok(out) if out.status.success() => return Ok(()),
        Ok(out) => String::from_utf8_lossy(&out.stderr).trim().to_owned(),
        Err(e) => e.to_string(),
    };
    // Half a dump must not look like a backup.
    let _ = std::fs::remove_file(to);
    Err(failed(&why))
}

/// Brings what [`dump`] wrote into the database of a URL, whole or not at all; what `pg_restore` complains of, if it does.
///
/// # Errors
/// `bad-location`, `pg-dump-missing`, `store-unavailable` if the program can't be started.
pub async fn restore(url: &str, from: &Path) -> Result<Option<String>> {
    let config = super::connect::read_url(url)?;
    let mut command = Command::new(program("pg_restore").await?);
    connection(&mut command, &config);
    // The name alone: without it `pg_restore` writes to its output; all else is in the environment.
    command.arg("--dbname").arg(config.get_dbname().or(config.get_user()).unwrap_or("postgres"));
    // Who may read follows from the definitions, not from what the backup's database allowed: see `reading`.
    command.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]).arg(from);
    let out = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|e| Error::unavailable(format!("pg_restore: {e}")))?;
    Ok((!out.status.success()).then(|| String::from_utf8_lossy(&out.stderr).trim().to_owned()))
}

/// The connection's parameters as libpq's environment: a password on the command line would be seen by everybody.
fn connection(command: &mut Command, config: &Config) {
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.to_string_lossy().into_owned(),
        })
        .collect();
    let ports: Vec<String> = config.get_ports().iter().map(u16::to_string).collect();
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            command.env(name, value);
        }
    };
    set("PGHOST", Some(hosts.join(",")));
    set("PGPORT", Some(ports.join(",")));
    set("PGUSER", config.get_user().map(str::to_owned));
    set("PGDATABASE", config.get_dbname().or(config.get_user()).map(str::to_owned));
    set("PGPASSWORD", config.get_password().map(|p| String::from_utf8_lossy(p).into_owned()));
    set("PGAPPNAME", Some("meydan backup".to_owned()));
}

/// One of PostgreSQL's programs from the search path, else from where `pg_config` says.
async fn program(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(out) = Command::new("pg_config").arg("--bindir").output().await {
        folders.push(PathBuf::from(String::from_utf8_lossy(&out.stdout).trim()));
    }
    folders.into_iter().map(|f| f.join(name)).find(|p| p.is_file()).ok_or_else(|| {
        Error::new(
            meydan_kernel::Kind::Unavailable,
            "pg-dump-missing",
            format!("Yedek için gereken {name} programı bulunamadı."),
            format!("The program {name}, needed for a backup, was not found."),
        )
        .hint(
            "PostgreSQL istemci paketini kurun: apt-get install postgresql-client.",
            "Install PostgreSQL's client: apt-get install postgresql-client.",
        )
    })
}

fn failed(why: &str) -> Error {
    Error::new(meydan_kernel::Kind::Unavailable, "backup-failed", "Yedek alınamadı.", "The backup could not be made.")
        .cause(why)
}
