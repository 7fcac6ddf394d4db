//! What `meydan doctor` asks of this store.

use super::{errors::from_pg, reading, rows::column, schema::READ_ROLE};
use meydan_kernel::Result;
use tokio_postgres::Client;

/// Each check: its name, a statement that gives (fine, detail).
const CHECKS: &[(&str, &str)] = &[
    (
        "server",
        "SELECT current_setting('server_version_num')::int >= 150000, 'PostgreSQL ' || current_setting('server_version') || ', PostGIS ' || postgis_lib_version()",
    ),
    (
        "durability",
        "SELECT current_setting('fsync')::bool AND current_setting('full_page_writes')::bool AND current_setting('synchronous_commit') <> 'off', \
        'fsync ' || current_setting('fsync') || ', full_page_writes ' || current_setting('full_page_writes') || ', synchronous_commit ' || current_setting('synchronous_commit')",
    ),
    (
        "log-gapless",
        "SELECT h.next = coalesce(max(l.position) + 1, 0) AND h.next = count(l.position), count(l.position) || ' / ' || h.next \
        FROM meydan.head h LEFT JOIN meydan.log l ON true GROUP BY h.next",
    ),
    // A table without its guard, or with a disabled one, can be changed behind the log's back.
    (
        "guards",
        "SELECT count(*) = 0, coalesce(string_agg(c.relname, ', '), 'all tables are guarded') FROM pg_class c \
        WHERE c.relnamespace = 'meydan'::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ('follower', 'seal', 'tile') \
        AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'meydan_guard' AND t.tgenabled IN ('O', 'A'))",
    ),
    (
        "read-role",
        "SELECT count(*) = 1, CASE count(*) WHEN 1 THEN $$@$$ ELSE $$no role @: CREATE ROLE @ NOLOGIN; GRANT USAGE ON SCHEMA meydan TO @$$ END \
        FROM pg_roles WHERE rolname = $$@$$",
    ),
    (
        "long-transactions",
        "SELECT count(*) = 0, count(*) || ' older than 10 min' FROM pg_stat_activity \
        WHERE datname = current_database() AND xact_start < now() - interval '10 min' AND state <> 'idle' AND backend_type = 'client backend'",
    ),
];

/// Runs all checks.
///
/// # Errors
/// Those of the server; a check that is not met is no error.
pub async fn run(client: &Client) -> Result<Vec<(String, bool, String)>> {
    let mut out = Vec::with_capacity(CHECKS.len());
    for (name, sql) in CHECKS {
        let row = client.query_typed_one(&sql.replace('@', READ_ROLE), &[]).await.map_err(from_pg)?;
        out.push(((*name).to_owned(), column(&row, 0)?, column(&row, 1)?));
    }
    let too_much = reading::too_much(client).await?;
    let detail = if too_much.is_empty() { "only what is open".to_owned() } else { too_much.join(", ") };
    out.push(("read-role-rights".to_owned(), too_much.is_empty(), detail));
    Ok(out)
}
