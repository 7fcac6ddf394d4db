//! Sessions with the server: what it must be, how each session is set up, the pools of readers.

use super::errors::{from_pg, is_connection_lost};
use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use meydan_kernel::{Error, Result};
use std::{str::FromStr, time::Duration};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, config::SslMode};

/// Oldest PostgreSQL, as in `server_version_num`.
const MIN_POSTGRES: i32 = 150_000;
/// Oldest PostGIS.
const MIN_POSTGIS: (u32, u32) = (3, 3);
/// Limit: sessions for single questions.
const MAX_READERS: usize = 16;
/// Limit: scans under way at once; each holds a session.
const MAX_SCANS: usize = 8;
/// Limit: sessions for seals and followers.
const MAX_KEEPERS: usize = 4;
/// Limit: waiting for a session of the pool.
const POOL_WAIT: Duration = Duration::from_secs(10);
/// Limit: making a session.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Limit: from the first byte to a session that is set up; the server may take the connection and then say nothing.
const SESSION_LIMIT: Duration = Duration::from_secs(10);
/// Idle seconds before the network is asked whether the server is still there.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(15);
/// Pause between two such questions, and how many may be left unanswered.
const KEEPALIVE_PAUSE: Duration = Duration::from_secs(5);
const KEEPALIVE_TRIES: u32 = 3;
/// Limit: what was sent and never acknowledged by the other machine ends the connection.
const UNACKNOWLEDGED_LIMIT: Duration = Duration::from_secs(20);
/// Silence of the server after which it is asked, by another connection, whether it lives.
const SILENCE: Duration = Duration::from_secs(5);
/// So many times in a row it must not answer before it is given up.
const SILENCES: u32 = 2;

/// What every session begins with. A plan made for an empty table must not be used when it is full: plan each time. One
/// question may take a minute, a transaction that nobody feeds ten. Many ask at once: one core for each is better than all for one.
const READER_SETUP: &str = "SET default_transaction_read_only = on; SET plan_cache_mode = force_custom_plan; \
    SET max_parallel_workers_per_gather = 0; SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '10min'; SET jit = off";
/// A scan lasts as long as its reader reads.
const SCAN_SETUP: &str = "SET default_transaction_read_only = on; SET plan_cache_mode = force_custom_plan; \
    SET max_parallel_workers_per_gather = 0; SET idle_in_transaction_session_timeout = '10min'; SET jit = off; SET cursor_tuple_fraction = 1.0";
/// All statements of the writer are look-ups by key, prepared once: a plan with a sequential scan, made when the table was
/// small, would be ruinous later. A process that hangs with the head's lock must not stop the others for ever.
const WRITER_SETUP: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
    SET plan_cache_mode = force_generic_plan; SET jit = off; SET lock_timeout = '30s'; \
    SET idle_in_transaction_session_timeout = '60s'; SET synchronous_commit = on";

/// Lets the client learn the type once, with an answer of one row. When it meets a type that it does not know, `query_typed`
/// of tokio-postgres 0.7 asks for it on the same connection while the rows of the first answer block it: beyond some thousand
/// bytes of rows it waits for ever.
const LEARN_GEOMETRY: &str = "SELECT NULL::geometry";

/// Where the database is, and where PostGIS lives in it.
#[derive(Debug, Clone)]
pub struct Place {
    config: Config,
    search_path: String,
}

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Looks at something.
    Read,
    /// Streams something.
    Scan,
    /// Writes changesets.
    Write,
    /// Listens, seals, or changes the tables.
    Plain,
}

impl Purpose {
    const fn setup(self) -> &'static str {
        match self {
            Self::Read => READER_SETUP,
            Self::Scan => SCAN_SETUP,
            Self::Write => WRITER_SETUP,
            Self::Plain => "SET jit = off",
        }
    }
}

impl Place {
    /// Reads the URL, connects once and checks the server; installs PostGIS if it is missing and that is allowed.
    ///
    /// # Errors
    /// `bad-location`, `postgres-tls`, `store-unavailable`, `postgres-too-old`, `postgis-missing`, `postgis-too-old`,
    /// `postgres-not-utf8`, `postgres-without-icu`.
    pub async fn find(url: &str) -> Result<Self> {
        let mut config = read_url(url)?;
        config.connect_timeout(CONNECT_TIMEOUT).keepalives(true).keepalives_idle(KEEPALIVE_IDLE);
        config.keepalives_interval(KEEPALIVE_PAUSE).keepalives_retries(KEEPALIVE_TRIES).tcp_user_timeout(UNACKNOWLEDGED_LIMIT);
        if config.get_application_name().is_none() {
            config.application_name("meydan");
        }
        let mut place = Self { config, search_path: "meydan, public, pg_temp".to_owned() };
        let client = place.session(Purpose::Plain).await?;
        let schema = place.while_it_lives(async { check_server(&client).await.and(postgis(&client).await) }).await??;
        place.search_path = format!("meydan, \"{}\", pg_temp", schema.replace('"', "\"\""));
        Ok(place)
    }

    /// A session of one's own; its connection is driven by a task that ends with it.
    ///
    /// # Errors
    /// `store-unavailable`.
    pub async fn session(&self, purpose: Purpose) -> Result<Client> {
        self.session_heard(purpose, |_| ()).await
    }

    /// As [`Place::session`]; what the server says unasked goes to `hear`.
    ///
    /// # Errors
    /// `store-unavailable`.
    pub async fn session_heard(&self, purpose: Purpose, hear: impl Fn(AsyncMessage) + Send + 'static) -> Result<Client> {
        tokio::time::timeout(SESSION_LIMIT, self.begin(purpose, hear)).await.map_err(|_| silent())?
    }

    async fn begin(&self, purpose: Purpose, hear: impl Fn(AsyncMessage) + Send + 'static) -> Result<Client> {
        let (client, mut connection) = self.config.connect(NoTls).await.map_err(|e| Error::unavailable(from_pg(e)))?;
        tokio::spawn(async move {
            while let Some(Ok(message)) = std::future::poll_fn(|cx| connection.poll_message(cx)).await {
                hear(message);
            }
        });
        client.batch_execute(&self.setup(purpose)).await.map_err(from_pg)?;
        Ok(client)
    }

    /// Waits for work on some session, however long it takes, as long as the server takes new connections. A server whose
    /// postmaster is gone, or that is frozen or cut off, may hold the old ones open for ever without a word: no timeout of its
    /// own ends those.
    ///
    /// # Errors
    /// `store-unavailable`; what became of the work is not known then.
    pub async fn while_it_lives<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        let mut work = std::pin::pin!(work);
        let mut silences = 0;
        while silences < SILENCES {
            let alive = async {
                tokio::time::sleep(SILENCE).await;
                self.lives().await
            };
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                alive = alive => silences = if alive { 0 } else { silences + 1 },
            }
        }
        Err(silent())
    }

    /// True if a new connection is taken, or refused in the server's own words (too many, a changed password).
    async fn lives(&self) -> bool {
        match tokio::time::timeout(CONNECT_TIMEOUT, self.config.connect(NoTls)).await {
            Ok(Ok(_)) => true,
            Ok(Err(error)) => error.as_db_error().is_some(),
            Err(_) => false,
        }
    }

    fn setup(&self, purpose: Purpose) -> String {
        format!(
            "SET search_path = {}; SET timezone = 'UTC'; SET client_min_messages = warning; {}",
            self.search_path,
            purpose.setup()
        )
    }

    /// A pool of sessions. A session that comes back inside of a transaction, or in a failed one, is thrown away: there the
    /// transaction's time is not the statement's, or the check itself is refused.
    ///
    /// # Errors
    /// `internal` if the pool can't be built.
    pub fn pool(&self, purpose: Purpose) -> Result<Pool> {
        let recycling_method = match purpose {
            // Readers never open a transaction.
            Purpose::Read => RecyclingMethod::Fast,
            _ => RecyclingMethod::Custom("SELECT 1 / (now() = statement_timestamp())::int".to_owned()),
        };
        let manager = Manager::from_config(self.config.clone(), NoTls, ManagerConfig { recycling_method });
        let setup = self.setup(purpose);
        Pool::builder(manager)
            .max_size(match purpose {
                Purpose::Read => MAX_READERS,
                Purpose::Scan => MAX_SCANS,
                Purpose::Write | Purpose::Plain => MAX_KEEPERS,
            })
            .wait_timeout(Some(POOL_WAIT))
            .create_timeout(Some(CONNECT_TIMEOUT))
            .recycle_timeout(Some(CONNECT_TIMEOUT))
            .runtime(Runtime::Tokio1)
            .post_create(Hook::async_fn(move |client, _| {
                let setup = setup.clone();
                Box::pin(async move {
                    client.batch_execute(&setup).await.map_err(HookError::Backend)?;
                    client.query_typed(LEARN_GEOMETRY, &[]).await.map(|_| ()).map_err(HookError::Backend)
                })
            }))
            .build()
            .map_err(Error::internal)
    }

    /// The connection's parameters, for `pg_dump`.
    pub const fn config(&self) -> &Config {
        &self.config
    }
}

/// The URL of a database that can be connected to.
///
/// # Errors
/// `bad-location`, `postgres-tls`.
pub fn read_url(url: &str) -> Result<Config> {
    let config = Config::from_str(url).map_err(|e| bad_location(&e))?;
    if config.get_ssl_mode() == SslMode::Require { Err(no_tls()) } else { Ok(config) }
}

fn silent() -> Error {
    Error::unavailable("PostgreSQL does not answer any more")
}

fn bad_location(error: &tokio_postgres::Error) -> Error {
    Error::invalid("bad-location", "Veritabanı adresi okunamadı.", "The address of the database can't be read.")
        .hint("Örnek: postgres://kullanici:parola@sunucu:5432/meydan", "Example: postgres://user:password@host:5432/meydan")
        .cause(super::errors::describe(error))
}

/// Told before a password goes over the wire in the clear.
fn no_tls() -> Error {
    unfit(
        "postgres-tls",
        "PostgreSQL'e TLS ile bağlantı henüz desteklenmiyor (sslmode=require).",
        "Connections to PostgreSQL by TLS are not supported yet (sslmode=require).",
    )
    .hint(
        "Veritabanını aynı makinede ya da şifreli bir ağda (VPN, WireGuard) çalıştırın ve sslmode'u kaldırın.",
        "Run the database on the same machine or behind an encrypted network (VPN, WireGuard), and leave sslmode out.",
    )
}

async fn check_server(client: &Client) -> Result<()> {
    const QUESTION: &str = "SELECT current_setting('server_version_num')::int, current_setting('server_version'), \
        current_setting('server_encoding'), EXISTS (SELECT FROM pg_collation WHERE collname = 'tr-x-icu')";
    let row = client.query_typed_one(QUESTION, &[]).await.map_err(from_pg)?;
    let (number, version): (i32, String) = (row.get(0), row.get(1));
    if number < MIN_POSTGRES {
        return Err(unfit(
            "postgres-too-old",
            format!("PostgreSQL 15 ya da yenisi gerekir; bu sunucu {version}."),
            format!("PostgreSQL 15 or newer is needed; this server is {version}."),
        ));
    }
    if row.get::<_, String>(2) != "UTF8" {
        return Err(unfit(
            "postgres-not-utf8",
            "Veritabanının karakter kodlaması UTF8 olmalı.",
            "The database's encoding must be UTF8.",
        ));
    }
    if !row.get::<_, bool>(3) {
        return Err(unfit(
            "postgres-without-icu",
            "PostgreSQL ICU desteğiyle derlenmemiş: Türkçe sıralama (tr-x-icu) yok.",
            "PostgreSQL is built without ICU: there is no Turkish order (tr-x-icu).",
        ));
    }
    Ok(())
}

/// The schema that PostGIS lives in.
async fn postgis(client: &Client) -> Result<String> {
    const QUESTION: &str = "SELECT n.nspname::text, e.extversion FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace \
        WHERE e.extname = 'postgis'";
    let found = client.query_typed_opt(QUESTION, &[]).await.map_err(from_pg)?;
    let row = match found {
        Some(row) => row,
        None => {
            client.batch_execute("CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public").await.map_err(|e| {
                match is_connection_lost(&e) {
                    true => from_pg(e),
                    false => postgis_missing(&e),
                }
            })?;
            client.query_typed_one(QUESTION, &[]).await.map_err(from_pg)?
        }
    };
    let (schema, version): (String, String) = (row.get(0), row.get(1));
    let mut parts = version.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    if (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < MIN_POSTGIS {
        return Err(unfit(
            "postgis-too-old",
            format!("PostGIS 3.3 ya da yenisi gerekir; bu veritabanında {version} var."),
            format!("PostGIS 3.3 or newer is needed; this database has {version}."),
        )
        .hint("ALTER EXTENSION postgis UPDATE komutunu çalıştırın.", "Run ALTER EXTENSION postgis UPDATE."));
    }
    Ok(schema)
}

fn postgis_missing(error: &tokio_postgres::Error) -> Error {
    unfit(
        "postgis-missing",
        "Bu veritabanında PostGIS yok ve kurulamadı.",
        "This database has no PostGIS, and it could not be installed.",
    )
    .hint(
        "PostGIS 3.3 paketini kurun; sonra yetkili bir kullanıcıyla CREATE EXTENSION postgis çalıştırın.",
        "Install the PostGIS 3.3 package; then run CREATE EXTENSION postgis as a user who may.",
    )
    .cause(super::errors::describe(error))
}

fn unfit(code: &'static str, tr: impl Into<String>, en: impl Into<String>) -> Error {
    Error::new(meydan_kernel::Kind::Unsupported, code, tr, en)
}
