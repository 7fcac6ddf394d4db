//! What the role for QGIS and reports may read: a table knows no grant, mask or look, so only what needs none.

use super::{
    definitions::Definitions,
    errors::{damaged, from_pg},
    rows::column,
    schema::{self, READ_ROLE},
    table,
};
use meydan_kernel::{Catalogue, Register, Result};
use std::collections::BTreeSet;
use tokio_postgres::{Client, GenericClient};

/// Limit: waiting for whoever holds a table's row in the server's own catalogue.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '20s'";

/// The store's tables: name, whether the role has any right (also on a single column), whether it may read the whole table,
/// whether this user may give and take. No rows if there is no such role.
const TABLES: &str = "SELECT c.relname::text, \
    EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee = r.oid) \
    OR EXISTS (SELECT FROM pg_attribute f, aclexplode(f.attacl) a WHERE f.attrelid = c.oid AND a.grantee = r.oid), \
    EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee = r.oid AND a.privilege_type = 'SELECT'), \
    pg_has_role(c.relowner, 'USAGE') \
    FROM pg_roles r, pg_class c WHERE r.rolname = $$@$$ AND c.relnamespace = 'meydan'::regnamespace AND c.relkind IN ('r', 'p')";

struct Table {
    name: String,
    has_right: bool,
    reads: bool,
    is_ours: bool,
}

/// True if the register's current records may be read by the role: it says nothing of persons, and isn't written by the house
/// itself about who did what.
fn is_open(register: &Register) -> bool {
    !register.journal && register.subject.is_none() && register.fields.iter().all(|f| !f.personal)
}

/// Tables that the role should read. No past ones: what is no personal field now may have been one.
fn wanted(catalogue: &Catalogue) -> BTreeSet<String> {
    catalogue.registers.values().filter(|r| is_open(r)).map(|r| r.name.clone()).collect()
}

/// Tables on which the role has a right that it should not have.
///
/// # Errors
/// Those of the server.
pub async fn too_much(client: &impl GenericClient) -> Result<Vec<String>> {
    let sql = "SELECT c.definition FROM meydan.head h JOIN meydan.catalogue c ON c.epoch = h.epoch";
    let row = client.query_typed_opt(sql, &[]).await.map_err(from_pg)?;
    let text: Option<String> = row.map(|row| column(&row, 0)).transpose()?;
    let catalogue = text.map(|t| serde_json::from_str(&t)).transpose().map_err(|e| damaged(format!("a catalogue: {e}")))?;
    let wanted = wanted(&catalogue.unwrap_or_default());
    let found = tables(client).await?.into_iter().filter(|t| t.has_right && !wanted.contains(&t.name));
    Ok(found.map(|t| t.name).collect())
}

async fn tables(client: &impl GenericClient) -> Result<Vec<Table>> {
    let found = client.query_typed(&TABLES.replace('@', READ_ROLE), &[]).await.map_err(from_pg)?;
    let table =
        |row| Ok(Table { name: column(row, 0)?, has_right: column(row, 1)?, reads: column(row, 2)?, is_ours: column(row, 3)? });
    found.iter().map(table).collect()
}

/// Statements that bring the role's rights to what the definitions say; nothing if there is no such role. What belongs to
/// another user of the database is left as it is: `meydan doctor` tells.
async fn statements(client: &impl GenericClient, catalogue: &Catalogue) -> Result<String> {
    let wanted = wanted(catalogue);
    let mut sql = String::new();
    for found in tables(client).await?.iter().filter(|t| t.is_ours) {
        let table = table::current(&found.name);
        match wanted.contains(&found.name) {
            true if !found.reads => sql += &format!("GRANT SELECT ON meydan.{table} TO {READ_ROLE};\n"),
            false if found.has_right => sql += &format!("REVOKE ALL ON meydan.{table} FROM {READ_ROLE} CASCADE;\n"),
            _ => {}
        }
    }
    Ok(sql)
}

/// Gives and takes the role's rights as the definitions say.
///
/// # Errors
/// Those of the server.
pub async fn bring(client: &impl GenericClient, catalogue: &Catalogue) -> Result<()> {
    let sql = statements(client, catalogue).await?;
    if sql.is_empty() {
        return Ok(());
    }
    client.batch_execute(&(schema::grant_usage() + ";\n" + &sql)).await.map_err(from_pg)
}

/// As [`bring`], for a store that is opened: an older program may have given more, or the role may have been made since.
///
/// # Errors
/// Those of the server.
pub async fn bring_at_opening(client: &mut Client, definitions: &Definitions) -> Result<()> {
    let catalogue = definitions.catalogue();
    if statements(client, &catalogue).await?.is_empty() {
        return Ok(());
    }
    let transaction = client.transaction().await.map_err(from_pg)?;
    transaction.batch_execute(LOCK_TIMEOUT).await.map_err(from_pg)?;
    schema::lock(&transaction).await?;
    let epoch: i64 = column(&transaction.query_typed_one("SELECT epoch FROM meydan.head", &[]).await.map_err(from_pg)?, 0)?;
    // Whoever has applied another catalogue meanwhile has brought the rights to it.
    if epoch == definitions.epoch() {
        bring(&transaction, &catalogue).await?;
    }
    transaction.commit().await.map_err(from_pg)
}
