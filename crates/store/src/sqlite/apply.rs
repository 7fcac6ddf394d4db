//! A plan carried out on the tables, in one transaction.

use super::{definitions, failure::failure, names::rtree, refusal::key_taken, rows::columns, state::State, tables};
use crate::sql::{
    names::{check_catalogue, history_of, quoted},
    widen,
};
use meydan_kernel::{
    Catalogue, Error, Field, FieldKind, Kind, Register, Result,
    catalogue::{Plan, Step},
};
use rusqlite::{Connection, ErrorCode, TransactionBehavior, params};
use std::collections::{BTreeSet, HashMap};

/// Carries out the steps and keeps the catalogue.
pub(super) fn apply(conn: &mut Connection, state: &mut State, plan: &Plan, catalogue: &Catalogue) -> Result<()> {
    if !plan.refused.is_empty() {
        return Err(refused());
    }
    check_catalogue(catalogue)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failure)?;
    state.forget();
    let mut work = Work { conn: &tx, catalogue, unindexed: BTreeSet::new() };
    for step in &plan.steps {
        work.step(step)?;
    }
    work.index_again()?;
    keep_catalogue(&tx, catalogue)?;
    tx.commit().map_err(failure)?;
    state.reload(conn)
}

fn refused() -> Error {
    Error::new(
        Kind::Conflict,
        "plan-refused",
        "Tanım değişikliği veri kaybettirir; izin verilmedikçe uygulanmaz.",
        "The change of definitions would lose data; it is not applied unless allowed.",
    )
    .hint("`meydan catalog plan` neyin kaybolacağını söyler.", "`meydan catalog plan` tells what would be lost.")
}

struct Work<'a> {
    conn: &'a Connection,
    catalogue: &'a Catalogue,
    /// Registers whose indexes were dropped and must be made again.
    unindexed: BTreeSet<String>,
}

impl Work<'_> {
    fn run(&self, sql: &str) -> Result<()> {
        self.conn.execute_batch(sql).map_err(failure)
    }

    fn step(&mut self, step: &Step) -> Result<()> {
        let catalogue = self.catalogue;
        match step {
            Step::AddRegister { register } => self.add_register(catalogue.register(register)?),
            Step::RenameRegister { from, register } => self.rename_register(from, register),
            Step::DropRegister { register } => self.drop_register(register),
            Step::AddField { register, field } => self.add_field(catalogue.register(register)?, field),
            Step::RenameField { register, from, field } => {
                // An index of several fields bears their names.
                if catalogue.register(register)?.indexes.iter().flatten().any(|f| f == field) {
                    self.unindex(register)?;
                }
                self.on_both(register, |table| {
                    format!("ALTER TABLE {table} RENAME COLUMN {} TO {}", quoted(from), quoted(field))
                })
            }
            Step::DropField { register, field } => self.drop_field(register, field),
            Step::WidenField { register, .. } => self.widen(catalogue.register(register)?),
            Step::WidenGeometry { register } => self.widen_geometry(catalogue.register(register)?),
            Step::Reindex { register } | Step::DropIndex { register, .. } => self.unindex(register),
            Step::AddIndex { register, .. } if self.unindexed.contains(register) => Ok(()),
            Step::AddIndex { register, fields } => self.run(&tables::index_of_several(catalogue.register(register)?, fields)),
            Step::Describe { name } => self.describe(name),
        }
    }

    /// The same statement on the current table and on the history.
    fn on_both(&self, register: &str, sql: impl Fn(&str) -> String) -> Result<()> {
        self.run(&sql(&quoted(register)))?;
        self.run(&sql(&quoted(&history_of(register))))
    }

    fn unindex(&mut self, register: &str) -> Result<()> {
        if self.unindexed.insert(register.to_owned()) {
            tables::drop_indexes(self.conn, register).map_err(failure)?;
        }
        Ok(())
    }

    fn add_register(&self, register: &Register) -> Result<()> {
        tables::create(self.conn, register).map_err(failure)?;
        self.conn
            .execute("INSERT INTO meydan_register (name, next_fid, records) VALUES (?1, 1, 0)", [&register.name])
            .map(|_| ())
            .map_err(failure)
    }

    fn rename_register(&mut self, from: &str, to: &str) -> Result<()> {
        for table in [from.to_owned(), history_of(from)] {
            tables::drop_guards(self.conn, &table).map_err(failure)?;
            tables::drop_indexes(self.conn, &table).map_err(failure)?;
        }
        self.run(&format!("ALTER TABLE {} RENAME TO {}", quoted(from), quoted(to)))?;
        self.run(&format!("ALTER TABLE {} RENAME TO {}", quoted(&history_of(from)), quoted(&history_of(to))))?;
        tables::finish_history(self.conn, to).map_err(failure)?;
        self.run(&super::schema::guard(to))?;
        self.unindexed.insert(to.to_owned());
        let has_tree: bool = self
            .conn
            .query_row("SELECT count(*) > 0 FROM sqlite_master WHERE name = ?1", [rtree(from)], |r| r.get(0))
            .map_err(failure)?;
        if has_tree {
            self.run(&format!("ALTER TABLE {} RENAME TO {}", quoted(&rtree(from)), quoted(&rtree(to))))?;
        }
        for (table, column) in
            [("meydan_register", "name"), ("gpkg_geometry_columns", "table_name"), ("gpkg_extensions", "table_name")]
        {
            let sql = format!("UPDATE {table} SET {column} = ?2 WHERE {column} = ?1");
            self.conn.execute(&sql, [from, to]).map_err(failure)?;
        }
        self.conn
            .execute("UPDATE gpkg_contents SET table_name = ?2, identifier = ?2 WHERE table_name = ?1", [from, to])
            .map(|_| ())
            .map_err(failure)
    }

    fn drop_register(&self, register: &str) -> Result<()> {
        self.run(&format!("DROP TABLE IF EXISTS {}", quoted(&rtree(register))))?;
        self.on_both(register, |table| format!("DROP TABLE {table}"))?;
        for table in ["gpkg_geometry_columns", "gpkg_extensions", "gpkg_contents"] {
            self.conn.execute(&format!("DELETE FROM {table} WHERE table_name = ?1"), [register]).map_err(failure)?;
        }
        // The number stays: entries of the log name it.
        self.conn
            .execute("UPDATE meydan_register SET name = NULL, records = 0 WHERE name = ?1", [register])
            .map(|_| ())
            .map_err(failure)
    }

    fn add_field(&mut self, register: &Register, name: &str) -> Result<()> {
        let Some(field) = register.field(name) else { return Err(Error::internal("a plan names a field that is not defined")) };
        self.unindex(&register.name)?;
        let (column, kind) = (quoted(name), tables::column_type(field));
        self.run(&format!("ALTER TABLE {} ADD COLUMN {column} {kind}", quoted(&register.name)))?;
        self.run(&format!("ALTER TABLE {} ADD COLUMN {column}", quoted(&history_of(&register.name))))?;
        let default = field.default_value();
        if default.is_null() {
            return Ok(());
        }
        self.conn
            .execute(&format!("UPDATE {} SET {column} = ?1", quoted(&register.name)), params![super::rows::Bound(&default)])
            .map(|_| ())
            .map_err(failure)
    }

    fn drop_field(&mut self, register: &str, field: &str) -> Result<()> {
        self.unindex(register)?;
        for table in [register.to_owned(), history_of(register)] {
            // A rebuilding may have left it out of the current table already.
            if self.declared(&table)?.contains_key(field) {
                self.run(&format!("ALTER TABLE {} DROP COLUMN {}", quoted(&table), quoted(field)))?;
            }
        }
        Ok(())
    }

    /// Converts every column whose declared type is not the definition's, in the history and in the current table; the first
    /// of several widenings of a register does the work of all.
    fn widen(&mut self, register: &Register) -> Result<()> {
        let present = self.present(register)?;
        let declared = self.declared(&register.name)?;
        let mut conversions: HashMap<String, String> = HashMap::new();
        for field in &present.fields {
            let was = declared.get(&field.name).map_or("", String::as_str);
            if field.kind == FieldKind::Real && was == "INTEGER" {
                self.check_exact(register, &field.name)?;
            }
            conversions.extend(conversion(field, was).map(|c| (quoted(&field.name), c)));
        }
        let word = tables::geometry_word_of(&present);
        if declared.get("geom").is_some_and(|was| was != word) {
            conversions.insert("geom".to_owned(), format!("meydan_multi(geom, '{word}')"));
        }
        if conversions.is_empty() {
            return Ok(());
        }
        let sets: Vec<String> = conversions.iter().map(|(column, converted)| format!("{column} = {converted}")).collect();
        self.run(&format!("UPDATE {} SET {}", quoted(&history_of(&register.name)), sets.join(", ")))?;
        self.rebuild(&present, &conversions)
    }

    fn check_exact(&self, register: &Register, field: &str) -> Result<()> {
        let sql = widen::inexact(&quoted(&register.name), &quoted(&history_of(&register.name)), field);
        match self.conn.query_row(&sql, [], |r| r.get(0)).map_err(failure)? {
            true => Err(widen::not_exact(&register.name, field)),
            false => Ok(()),
        }
    }

    /// Makes the current table anew with the columns it has now, some of them converted.
    fn rebuild(&mut self, present: &Register, conversions: &HashMap<String, String>) -> Result<()> {
        self.unindex(&present.name)?;
        let draft = format!("meydan_draft_{}", present.name);
        let all = columns(present);
        let picked: Vec<&str> = all.split(", ").map(|c| conversions.get(c).map_or(c, String::as_str)).collect();
        self.run(&tables::current_table(present, &draft))?;
        let (draft, table) = (quoted(&draft), quoted(&present.name));
        self.run(&format!("INSERT INTO {draft} ({all}) SELECT {} FROM {table} ORDER BY fid", picked.join(", ")))?;
        self.run(&format!("DROP TABLE {table}"))?;
        self.run(&format!("ALTER TABLE {draft} RENAME TO {table}"))?;
        self.run(&super::schema::guard(&present.name))
    }

    /// Columns of a table with their declared types.
    fn declared(&self, table: &str) -> Result<HashMap<String, String>> {
        let mut find = self.conn.prepare("SELECT name, type FROM pragma_table_info(?1)").map_err(failure)?;
        find.query_map([table], |r| Ok((r.get(0)?, r.get(1)?))).and_then(Iterator::collect).map_err(failure)
    }

    /// The register with those of its fields whose columns are in the table at this step. A column that a later step drops is
    /// not among them: a rebuilding before that loses it early, which the plan has been allowed to do.
    fn present(&self, register: &Register) -> Result<Register> {
        let declared = self.declared(&register.name)?;
        let mut present = register.clone();
        present.fields.retain(|f| declared.contains_key(&f.name));
        if !declared.contains_key("geom") {
            present.geometry = None;
        }
        Ok(present)
    }

    fn widen_geometry(&mut self, register: &Register) -> Result<()> {
        let had = self.present(register)?.geometry.is_some();
        if had {
            let listed = tables::geometry_word_of(register);
            self.conn
                .execute(
                    "UPDATE gpkg_geometry_columns SET geometry_type_name = ?2 WHERE table_name = ?1",
                    params![register.name, listed],
                )
                .map_err(failure)?;
            return self.widen(register);
        }
        self.run(&format!("ALTER TABLE {} ADD COLUMN geom {}", quoted(&register.name), tables::geometry_word_of(register)))?;
        self.run(&format!("ALTER TABLE {} ADD COLUMN geom", quoted(&history_of(&register.name))))?;
        self.conn
            .execute(
                "UPDATE gpkg_contents SET data_type = 'features', srs_id = ?2 WHERE table_name = ?1",
                params![register.name, super::blob::SRS_ID],
            )
            .map_err(failure)?;
        tables::add_geometry(self.conn, register).map_err(failure)
    }

    fn describe(&self, name: &str) -> Result<()> {
        let Some(register) = self.catalogue.registers.get(name) else { return Ok(()) };
        self.conn
            .execute("UPDATE gpkg_contents SET description = ?2 WHERE table_name = ?1", [name, &register.title.tr])
            .map(|_| ())
            .map_err(failure)
    }

    fn index_again(&self) -> Result<()> {
        for name in &self.unindexed {
            let Some(register) = self.catalogue.registers.get(name) else { continue };
            tables::index(self.conn, register).map_err(|e| match e.sqlite_error_code() {
                Some(ErrorCode::ConstraintViolation) => key_taken(register, &super::write_record::columns_named(&e)).cause(e),
                _ => failure(e),
            })?;
        }
        Ok(())
    }
}

/// The expression that turns a column of a declared type into the field's type; `None` if it is of that type.
fn conversion(field: &Field, was: &str) -> Option<String> {
    let word = |t: &str| t.split('(').next().unwrap_or_default().to_owned();
    if word(was) == word(&tables::column_type(field)) {
        return None;
    }
    let column = quoted(&field.name);
    match (&field.kind, was) {
        (FieldKind::Real, _) => Some(format!("CAST({column} AS REAL)")),
        // Booleans are numbers in the table.
        (FieldKind::Text, "BOOLEAN") => Some(format!("CASE {column} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END")),
        (FieldKind::Text, _) => Some(format!("meydan_text({column})")),
        _ => None,
    }
}

/// Writes the catalogue, and a row for each register whose definition is not the last one written.
fn keep_catalogue(conn: &Connection, catalogue: &Catalogue) -> Result<()> {
    let head = super::schema::number(conn, "SELECT coalesce(max(position), -1) + 1 FROM meydan_log")?;
    for (name, register) in &catalogue.registers {
        let definition = serde_json::to_string(register).map_err(Error::internal)?;
        conn.execute(
            "INSERT OR REPLACE INTO meydan_definition (register, since, definition) \
             SELECT number, ?2, ?3 FROM meydan_register WHERE name = ?1 AND ?3 IS NOT \
             (SELECT definition FROM meydan_definition WHERE register = number ORDER BY since DESC LIMIT 1)",
            params![name, head, definition],
        )
        .map_err(failure)?;
    }
    let text = serde_json::to_string(catalogue).map_err(Error::internal)?;
    conn.execute("INSERT OR REPLACE INTO meydan_meta VALUES ('catalogue', ?1)", [text]).map_err(failure)?;
    let epoch = definitions::epoch(conn)? + 1;
    conn.execute("UPDATE meydan_meta SET value = ?1 WHERE name = 'epoch'", [epoch.to_string()]).map(|_| ()).map_err(failure)
}
