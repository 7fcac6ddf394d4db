//! The store's own tables in the schema `meydan`, the guards that refuse a change around the desk, the role for readers.

use super::errors::from_pg;
use meydan_kernel::{Error, Result};
use tokio_postgres::{Client, Transaction};

/// Format of the store's own tables; a newer one is refused.
pub const FORMAT: i32 = 4;
/// The oldest format that this program brings up to its own.
const OLDEST: i32 = 1;
/// Key of the advisory lock under which tables are made and changed: several processes start at once.
pub const SCHEMA_LOCK: i64 = 0x6d65_7964_616e;
/// The role for QGIS and reports.
pub const READ_ROLE: &str = "meydan_read";

/// `text COLLATE "C"`: compared by bytes, as Rust compares `str`, whatever the database's locale is.
const TABLES: &str = r#"
CREATE SCHEMA IF NOT EXISTS meydan;
-- One row: the log's length and the time of its last entry. Its lock is held by who writes until the commit is done, so that
-- positions have no gaps, the order of commits is the order of positions, and times only grow.
CREATE TABLE meydan.head (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  format int NOT NULL,
  next bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  epoch bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO meydan.head (format, next, recorded_at, epoch) VALUES (1, 0, 'epoch', 0);
-- Every catalogue that was ever applied; the newest is in force.
CREATE TABLE meydan.catalogue (
  epoch bigint PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  definition text NOT NULL
);
-- A register's number stays when it is renamed; its name is empty once it is dropped.
CREATE TABLE meydan.register (
  number int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  name text COLLATE "C" UNIQUE,
  next_fid bigint NOT NULL
) WITH (fillfactor = 50);
-- Every definition that a register had, with the first position of the log for which it held.
CREATE TABLE meydan.definition (
  register int,
  since bigint,
  definition text NOT NULL,
  PRIMARY KEY (register, since)
);
CREATE TABLE meydan.changeset (
  id uuid PRIMARY KEY,
  first_position bigint NOT NULL,
  entries int NOT NULL,
  recorded_at timestamptz NOT NULL,
  person text COLLATE "C" NOT NULL,
  post text NOT NULL,
  on_behalf_of text,
  reason text,
  source text NOT NULL
);
CREATE INDEX changeset_person ON meydan.changeset (person, first_position);
CREATE TABLE meydan.log (
  position bigint PRIMARY KEY,
  changeset uuid NOT NULL,
  register text COLLATE "C" NOT NULL,
  record uuid NOT NULL,
  fid bigint NOT NULL,
  version bigint NOT NULL,
  verb smallint NOT NULL,
  digest bytea NOT NULL,
  salt bytea
);
CREATE INDEX log_record ON meydan.log (record);
CREATE INDEX log_register ON meydan.log (register, position);
CREATE TABLE meydan.follower (name text COLLATE "C" PRIMARY KEY, next bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE meydan.seal (
  size bigint PRIMARY KEY,
  root bytea NOT NULL,
  checkpoint text NOT NULL,
  sealed_at timestamptz NOT NULL,
  time_stamp bytea
);
CREATE TABLE meydan.tile (level smallint, index bigint, hashes bytea NOT NULL, PRIMARY KEY (level, index));
-- Hashes don't compress.
ALTER TABLE meydan.tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
"#;

/// What format 2 adds: secrets.
const SECOND: &str = r#"
CREATE TABLE meydan.secret (
  kind text COLLATE "C",
  key text COLLATE "C",
  owner uuid,
  content text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  PRIMARY KEY (kind, key)
);
CREATE INDEX secret_owner ON meydan.secret (owner, kind);
CREATE INDEX secret_expiry ON meydan.secret (expires_at);
"#;

/// What format 3 adds: blobs. Photos don't compress.
const THIRD: &str = r#"
CREATE TABLE meydan.blob (digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32), bytes bytea NOT NULL);
ALTER TABLE meydan.blob ALTER COLUMN bytes SET STORAGE EXTERNAL;
"#;

/// `meydan.fold`, `meydan.without_accents` and `meydan.upper` are those of `meydan_kernel::text`, `meydan.calculate` is
/// `meydan_kernel::cql2::calculate`. Final sigma: Rust lowers letter by letter, ICU by context.
/// `meydan.guard` lets only those transactions write that Meydan has marked with their own transaction's number.
const FUNCTIONS: &str = r#"
CREATE OR REPLACE FUNCTION meydan.fold(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN lower(translate(t, U&'\0130I\03A3\0307', U&'i\0131\03C3') COLLATE "und-x-icu");
CREATE OR REPLACE FUNCTION meydan.without_accents(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN translate(regexp_replace(normalize(t, NFD), '[\u0300-\u036F]', '', 'g'), U&'\0131', 'i');
CREATE OR REPLACE FUNCTION meydan.upper(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN upper(translate(t, U&'i\0131', U&'\0130I') COLLATE "und-x-icu");
CREATE OR REPLACE FUNCTION meydan.calculate(sign text, a float8, b float8) RETURNS float8
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  largest CONSTANT float8 := 1e150;
BEGIN
  IF (a <> 0 AND (abs(a) > largest OR abs(a) < 1 / largest)) OR (b <> 0 AND (abs(b) > largest OR abs(b) < 1 / largest)) THEN
    RETURN NULL;
  END IF;
  IF sign = '+' THEN RETURN a + b; END IF;
  IF sign = '-' THEN RETURN a - b; END IF;
  IF sign = '*' THEN RETURN a * b; END IF;
  IF sign = '^' THEN
    IF a = 0 THEN
      RETURN CASE WHEN b < 0 THEN NULL WHEN b = 0 THEN 1 ELSE 0 END;
    END IF;
    IF (a < 0 AND b <> floor(b)) OR abs(b * ln(abs(a))) > 300 THEN
      RETURN NULL;
    END IF;
    RETURN power(a, b);
  END IF;
  IF b = 0 THEN RETURN NULL; END IF;
  RETURN CASE sign WHEN '/' THEN a / b WHEN 'div' THEN trunc(a / b) WHEN '%' THEN a - b * trunc(a / b) END;
END $$;
CREATE OR REPLACE FUNCTION meydan.guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('meydan.writer', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
    RAISE EXCEPTION 'Meydan: % can only be changed through the desk, so that the log knows of it', TG_TABLE_NAME
      USING ERRCODE = 'insufficient_privilege',
      HINT = 'Bu tablo yalnız Meydan üzerinden değiştirilebilir. Use the pages, the API or the command line of Meydan.';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION meydan.guard_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Meydan: what is written in % stays as it is', TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege',
    HINT = 'Defterdeki kayıtlar değiştirilemez ve silinemez. Entries of the log are never changed or deleted.';
END $$;
"#;

/// Statement-level: once per statement, not per row.
pub fn guard(table: &str) -> String {
    format!(
        "CREATE OR REPLACE TRIGGER meydan_guard BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON meydan.{table} \
         FOR EACH STATEMENT EXECUTE FUNCTION meydan.guard();\n"
    )
}

fn guard_log(table: &str) -> String {
    format!(
        "CREATE OR REPLACE TRIGGER meydan_guard BEFORE INSERT ON meydan.{table} \
         FOR EACH STATEMENT EXECUTE FUNCTION meydan.guard();\n\
         CREATE OR REPLACE TRIGGER meydan_guard_log BEFORE UPDATE OR DELETE OR TRUNCATE ON meydan.{table} \
         FOR EACH STATEMENT EXECUTE FUNCTION meydan.guard_log();\n"
    )
}

/// As [`guard_log`]; but Meydan may destroy a salt, for ever, and nothing else.
fn guard_entries() -> String {
    "CREATE OR REPLACE TRIGGER meydan_guard BEFORE INSERT OR UPDATE ON meydan.log \
     FOR EACH STATEMENT EXECUTE FUNCTION meydan.guard();\n\
     CREATE OR REPLACE TRIGGER meydan_guard_log BEFORE UPDATE OF position, changeset, register, record, fid, version, verb, digest \
     OR DELETE OR TRUNCATE ON meydan.log FOR EACH STATEMENT EXECUTE FUNCTION meydan.guard_log();\n\
     CREATE OR REPLACE TRIGGER meydan_guard_salt BEFORE UPDATE OF salt ON meydan.log \
     FOR EACH ROW WHEN (NEW.salt IS NOT NULL) EXECUTE FUNCTION meydan.guard_log();\n"
        .to_owned()
}

/// What brings a store of an earlier format to this one.
fn upgrade(from: i32) -> String {
    let mut sql = format!("{MARK};\n");
    if from < 2 {
        sql += &format!("{SECOND}{}{}", guard("secret"), guard_entries());
    }
    if from < 3 {
        sql += &format!("{THIRD}{}", guard("blob"));
    }
    // What format 4 adds: functions that filters call.
    format!("{sql}{FUNCTIONS}UPDATE meydan.head SET format = {FORMAT};")
}

/// Makes the store's own tables if they are missing; checks their format if not.
///
/// # Errors
/// `store-too-new`; those of the server.
pub async fn prepare(client: &mut Client) -> Result<()> {
    let transaction = client.transaction().await.map_err(from_pg)?;
    lock(&transaction).await?;
    let known = "SELECT to_regclass('meydan.head') IS NOT NULL";
    if transaction.query_typed_one(known, &[]).await.map_err(from_pg)?.get(0) {
        let row = transaction.query_typed_one("SELECT format FROM meydan.head", &[]).await.map_err(from_pg)?;
        return match row.get(0) {
            FORMAT => Ok(()),
            older @ OLDEST..FORMAT => {
                transaction.batch_execute(&upgrade(older)).await.map_err(from_pg)?;
                transaction.commit().await.map_err(from_pg)
            }
            other => Err(other_format(other)),
        };
    }
    transaction.batch_execute(TABLES).await.map_err(from_pg)?;
    transaction.batch_execute(FUNCTIONS).await.map_err(from_pg)?;
    let guards: String = ["head", "catalogue", "register", "definition"].into_iter().map(guard).collect();
    transaction.batch_execute(&(guards + &guard_log("changeset") + &guard_log("log"))).await.map_err(from_pg)?;
    transaction.batch_execute(&upgrade(OLDEST)).await.map_err(from_pg)?;
    transaction.commit().await.map_err(from_pg)?;
    read_role(client).await;
    Ok(())
}

/// Waits for whoever else makes or changes tables; let go at the transaction's end.
///
/// # Errors
/// Those of the server.
pub async fn lock(transaction: &Transaction<'_>) -> Result<()> {
    transaction.batch_execute(&format!("SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")).await.map_err(from_pg)
}

/// Marks the transaction as Meydan's for the guards.
pub const MARK: &str = "SELECT set_config('meydan.writer', pg_current_xact_id()::text, true)";

/// Makes the role for readers if this user may; `meydan doctor` tells if it is missing.
async fn read_role(client: &Client) {
    let make = format!(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{READ_ROLE}') THEN CREATE ROLE {READ_ROLE} NOLOGIN; END IF; END $$"
    );
    // A user without the right to make roles has a store that works all the same.
    let _ = client.batch_execute(&make).await;
    let _ = client.batch_execute(&grant_usage()).await;
}

/// Lets the role for readers find tables; what it may read of them says [`super::reading`].
pub fn grant_usage() -> String {
    format!("GRANT USAGE ON SCHEMA meydan TO {READ_ROLE}")
}

fn other_format(format: i32) -> Error {
    Error::new(
        meydan_kernel::Kind::Unsupported,
        "store-too-new",
        format!("Bu veritabanı Meydan'ın başka bir sürümüne ait (biçim {format}, beklenen {FORMAT})."),
        format!("This database belongs to another version of Meydan (format {format}, expected {FORMAT})."),
    )
}
