//! A plan carried out on the tables, in one transaction; several processes may start at once.

use super::{
    errors::{catalogue_changed, describe, from_pg},
    indexes, reading,
    rows::column,
    schema::{self, MARK},
    table::{self, GEOM},
    types::{In, column_type},
};
use crate::sql::{
    names::{check_catalogue, quoted},
    widen,
};
use meydan_geo::GeometryType;
use meydan_kernel::{
    Catalogue, Error, FieldKind, Kind, Register, Result,
    catalogue::{Plan, Step},
};
use std::collections::BTreeSet;
use tokio_postgres::{Client, Transaction, error::SqlState, types::Type};

/// Limit: waiting for readers of a table that must change; meanwhile nobody can write.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '20s'";

/// Carries out the steps and keeps the catalogue. Nothing is done if another process has applied the same catalogue already.
///
/// # Errors
/// `plan-refused`, `bad-name`, `key-taken`, `catalogue-changed` if another catalogue was applied meanwhile.
pub async fn apply(client: &mut Client, plan: &Plan, catalogue: &Catalogue) -> Result<()> {
    if !plan.refused.is_empty() {
        return Err(refused());
    }
    check_catalogue(catalogue)?;
    let transaction = client.transaction().await.map_err(from_pg)?;
    schema::lock(&transaction).await?;
    transaction.batch_execute(&format!("{LOCK_TIMEOUT}; {MARK}")).await.map_err(from_pg)?;
    // The writers of all processes wait from here on, and find the new epoch afterwards.
    let head = transaction.query_typed_one("SELECT next, epoch FROM meydan.head FOR UPDATE", &[]).await.map_err(from_pg)?;
    let (next, epoch): (i64, i64) = (column(&head, 0)?, column(&head, 1)?);
    let definition = serde_json::to_string(catalogue).map_err(Error::internal)?;
    if is_applied(&transaction, epoch, &definition).await? {
        return transaction.rollback().await.map_err(from_pg);
    }
    let mut work = Work { transaction: &transaction, catalogue, touched: BTreeSet::new() };
    for step in &plan.steps {
        work.step(step).await?;
    }
    for name in &work.touched {
        if let Some(register) = catalogue.registers.get(name) {
            indexes::bring(&transaction, register).await?;
        }
    }
    reading::bring(&transaction, catalogue).await?;
    keep(&transaction, catalogue, &definition, next, epoch + 1).await?;
    transaction.commit().await.map_err(from_pg)
}

async fn is_applied(transaction: &Transaction<'_>, epoch: i64, definition: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT FROM meydan.catalogue WHERE epoch = $1 AND definition = $2)";
    let arguments: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] = [(&epoch, Type::INT8), (&definition, Type::TEXT)];
    column(&transaction.query_typed_one(sql, &arguments).await.map_err(from_pg)?, 0)
}

/// Keeps the catalogue, and a row for each register whose definition is not the last one kept.
async fn keep(transaction: &Transaction<'_>, catalogue: &Catalogue, definition: &str, next: i64, epoch: i64) -> Result<()> {
    const DEFINITION: &str = "INSERT INTO meydan.definition (register, since, definition) \
        SELECT number, $2, $3 FROM meydan.register WHERE name = $1 AND $3 IS DISTINCT FROM \
        (SELECT definition FROM meydan.definition WHERE register = number ORDER BY since DESC LIMIT 1) \
        ON CONFLICT (register, since) DO UPDATE SET definition = excluded.definition";
    for (name, register) in &catalogue.registers {
        let text = serde_json::to_string(register).map_err(Error::internal)?;
        let arguments: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 3] =
            [(name, Type::TEXT), (&next, Type::INT8), (&text, Type::TEXT)];
        transaction.execute_typed(DEFINITION, &arguments).await.map_err(from_pg)?;
    }
    let sql = "INSERT INTO meydan.catalogue (epoch, definition) VALUES ($1, $2)";
    transaction.execute_typed(sql, &[(&epoch, Type::INT8), (&definition, Type::TEXT)]).await.map_err(from_pg)?;
    transaction.execute_typed("UPDATE meydan.head SET epoch = $1", &[(&epoch, Type::INT8)]).await.map_err(from_pg)?;
    Ok(())
}

fn refused() -> Error {
    Error::new(
        Kind::Conflict,
        "plan-refused",
        "Tanım değişikliği veri kaybettirir; izin verilmedikçe uygulanmaz.",
        "The change of definitions would lose data; it is not applied unless allowed.",
    )
    .hint("“meydan catalog plan” neyin kaybolacağını söyler.", "`meydan catalog plan` tells what would be lost.")
}

struct Work<'a> {
    transaction: &'a Transaction<'a>,
    catalogue: &'a Catalogue,
    /// Registers whose indexes are looked at in the end.
    touched: BTreeSet<String>,
}

impl Work<'_> {
    async fn run(&self, sql: &str) -> Result<()> {
        self.transaction.batch_execute(sql).await.map_err(|e| match e.code() {
            // The plan was made for tables that another process has changed meanwhile.
            Some(code) if [SqlState::DUPLICATE_TABLE, SqlState::DUPLICATE_COLUMN].contains(code) => {
                catalogue_changed().cause(describe(&e))
            }
            _ => from_pg(e),
        })
    }

    async fn step(&mut self, step: &Step) -> Result<()> {
        let catalogue = self.catalogue;
        match step {
            Step::AddRegister { register } => self.add_register(catalogue.register(register)?).await?,
            Step::RenameRegister { from, register } => self.rename_register(from, register).await?,
            Step::DropRegister { register } => self.drop_register(register).await?,
            Step::AddField { register, field } => self.add_field(catalogue.register(register)?, field).await?,
            Step::RenameField { register, from, field } => {
                let change = format!("RENAME COLUMN {} TO {}", quoted(from), quoted(field));
                self.on_both(register, &change).await?;
            }
            Step::DropField { register, field } => self.on_both(register, &format!("DROP COLUMN {}", quoted(field))).await?,
            Step::WidenField { register, field } => self.widen_field(catalogue.register(register)?, field).await?,
            Step::WidenGeometry { register } => self.widen_geometry(catalogue.register(register)?).await?,
            Step::Reindex { .. } | Step::AddIndex { .. } | Step::DropIndex { .. } | Step::Describe { .. } => {}
        }
        self.touched.extend(register_of(step).map(str::to_owned));
        Ok(())
    }

    /// The same change of the current table and of the history.
    async fn on_both(&self, register: &str, change: &str) -> Result<()> {
        let (now, past) = (table::current(register), table::history(register));
        self.run(&format!("ALTER TABLE meydan.{now} {change}; ALTER TABLE meydan.{past} {change}")).await
    }

    async fn add_register(&self, register: &Register) -> Result<()> {
        self.run(&table::create(register)).await?;
        let sql = "INSERT INTO meydan.register (name, next_fid) VALUES ($1, 1)";
        self.transaction.execute_typed(sql, &[(&register.name, Type::TEXT)]).await.map(|_| ()).map_err(from_pg)
    }

    async fn rename_register(&self, from: &str, to: &str) -> Result<()> {
        for (old, new) in [(table::current(from), table::current(to)), (table::history(from), table::history(to))] {
            self.run(&format!("ALTER TABLE meydan.{old} RENAME TO {new}")).await?;
        }
        let sql = "UPDATE meydan.register SET name = $2 WHERE name = $1";
        self.transaction.execute_typed(sql, &[(&from, Type::TEXT), (&to, Type::TEXT)]).await.map(|_| ()).map_err(from_pg)
    }

    async fn drop_register(&self, register: &str) -> Result<()> {
        self.run(&format!("DROP TABLE meydan.{}; DROP TABLE meydan.{}", table::current(register), table::history(register)))
            .await?;
        // The number stays: its definitions are those of entries in the log.
        let sql = "UPDATE meydan.register SET name = NULL WHERE name = $1";
        self.transaction.execute_typed(sql, &[(&register, Type::TEXT)]).await.map(|_| ()).map_err(from_pg)
    }

    /// Past versions keep no value: they had none.
    async fn add_field(&self, register: &Register, name: &str) -> Result<()> {
        let field = register.field(name).ok_or_else(unknown_field)?;
        self.on_both(&register.name, &format!("ADD COLUMN {} {}", quoted(name), table::sql_type(field))).await?;
        let default = field.default_value();
        if default.is_null() {
            return Ok(());
        }
        let sql = format!("UPDATE meydan.{} SET {} = $1", table::current(&register.name), quoted(name));
        let arguments: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 1] = [(&In(&default), column_type(&field.kind))];
        self.transaction.execute_typed(&sql, &arguments).await.map(|_| ()).map_err(from_pg)
    }

    /// Values are converted so that they can be told back from the new type: digests of old versions stay provable.
    async fn widen_field(&self, register: &Register, name: &str) -> Result<()> {
        let field = register.field(name).ok_or_else(unknown_field)?;
        let was = "SELECT format_type(atttypid, NULL) FROM pg_attribute \
            WHERE attrelid = ('meydan.' || quote_ident($1))::regclass AND attname = $2 AND NOT attisdropped";
        let arguments: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] =
            [(&register.name, Type::TEXT), (&name, Type::TEXT)];
        let row = self.transaction.query_typed_one(was, &arguments).await.map_err(from_pg)?;
        let column_name = quoted(name);
        let was = column::<String>(&row, 0)?;
        if field.kind == FieldKind::Real && was == "bigint" {
            self.check_exact(register, name).await?;
        }
        let converted = match (&field.kind, was.as_str()) {
            (FieldKind::Text | FieldKind::Code { .. }, "timestamp with time zone") => instant_text(&column_name),
            // Shortest digits, and never an exponent: one spelling in both stores, and a whole number's is its own.
            (FieldKind::Text | FieldKind::Code { .. }, "double precision") => format!("{column_name}::text::numeric::text"),
            (FieldKind::Text | FieldKind::Code { .. }, _) => format!("{column_name}::text"),
            (FieldKind::Real, _) => format!("{column_name}::double precision"),
            (FieldKind::Timestamp, "date") => format!("{column_name}::timestamp AT TIME ZONE 'UTC'"),
            _ => column_name.clone(),
        };
        // A default or an index of the old type does not hinder: there are no defaults, and indexes are made anew with the column.
        let change = format!("ALTER COLUMN {column_name} TYPE {} USING {converted}", table::sql_type(field));
        self.on_both(&register.name, &change).await
    }

    async fn check_exact(&self, register: &Register, field: &str) -> Result<()> {
        let [now, past] = [table::current(&register.name), table::history(&register.name)].map(|t| format!("meydan.{t}"));
        let row = self.transaction.query_typed_one(&widen::inexact(&now, &past, field), &[]).await.map_err(from_pg)?;
        if column::<bool>(&row, 0)? { Err(widen::not_exact(&register.name, field)) } else { Ok(()) }
    }

    async fn widen_geometry(&self, register: &Register) -> Result<()> {
        let Some(geometry) = &register.geometry else { return Ok(()) };
        let there = "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = ('meydan.' || quote_ident($1))::regclass \
            AND attname = $2 AND NOT attisdropped)";
        let arguments: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] =
            [(&register.name, Type::TEXT), (&GEOM, Type::TEXT)];
        let row = self.transaction.query_typed_one(there, &arguments).await.map_err(from_pg)?;
        let ty = table::geometry_type(geometry.kind);
        if !column::<bool>(&row, 0)? {
            return self.on_both(&register.name, &format!("ADD COLUMN {GEOM} {ty}")).await;
        }
        use GeometryType::{MultiLineString, MultiPoint, MultiPolygon};
        let multi = matches!(geometry.kind, MultiPoint | MultiLineString | MultiPolygon);
        let converted = if multi { format!("ST_Multi({GEOM})") } else { GEOM.to_owned() };
        self.on_both(&register.name, &format!("ALTER COLUMN {GEOM} TYPE {ty} USING {converted}")).await
    }
}

/// RFC 3339 in UTC, without idle zeros, as [`meydan_kernel::Value::to_json`] writes it.
fn instant_text(column: &str) -> String {
    let text = format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')");
    format!("rtrim(rtrim({text}, '0'), '.') || CASE WHEN {column} IS NULL THEN NULL ELSE 'Z' END")
}

fn unknown_field() -> Error {
    Error::internal("a plan names a field that is not defined")
}

fn register_of(step: &Step) -> Option<&str> {
    match step {
        Step::AddRegister { register }
        | Step::RenameRegister { register, .. }
        | Step::AddField { register, .. }
        | Step::RenameField { register, .. }
        | Step::DropField { register, .. }
        | Step::WidenField { register, .. }
        | Step::Reindex { register }
        | Step::AddIndex { register, .. }
        | Step::DropIndex { register, .. }
        | Step::WidenGeometry { register } => Some(register),
        Step::DropRegister { .. } | Step::Describe { .. } => None,
    }
}
