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
    let mut command = Command::new(program().await?);
    command.args(["--format=custom", "--no-owner", "--schema=meydan", "--file"]).arg(to);
    connection(&mut command, config);
    let out = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true).output().await;
    let out = out.map_err(|e| failed(&e.to_string()))?;
    match out.status.success() {
        true => Ok(()),
        false => Err(failed(String::from_utf8_lossy(&out.stderr).trim())),
    }
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

/// `pg_dump` from the search path, else from where `pg_config` says.
async fn program() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(out) = Command::new("pg_config").arg("--bindir").output().await {
        folders.push(PathBuf::from(String::from_utf8_lossy(&out.stdout).trim()));
    }
    folders.into_iter().map(|f| f.join("pg_dump")).find(|p| p.is_file()).ok_or_else(|| {
        Error::new(
            meydan_kernel::Kind::Unavailable,
            "pg-dump-missing",
            "Yedek için gereken pg_dump programı bulunamadı.",
            "The program pg_dump, needed for a backup, was not found.",
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
