//! The indexes of a register's table brought to what its definition wants.

use super::{
    errors::{from_pg, key_taken},
    rows::column,
    table::{self, Index, wanted_indexes},
};
use crate::sql::names::quoted;
use meydan_kernel::{Register, Result};
use tokio_postgres::{Transaction, error::SqlState, types::Type};

/// All indexes but those of the primary key and the id: name, constraint, columns, unique, method, collation of the first column.
const PRESENT: &str = "SELECT c.relname::text, k.conname::text, \
    ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS n(attnum, place) \
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = n.attnum ORDER BY n.place), \
    i.indisunique, m.amname::text, coalesce(o.collname::text, '') \
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam \
    LEFT JOIN pg_constraint k ON k.conindid = c.oid LEFT JOIN pg_collation o ON o.oid = (i.indcollation::oid[])[0] \
    WHERE i.indrelid = ('meydan.' || quote_ident($1))::regclass AND NOT i.indisprimary";

/// Makes what is missing and drops what is no longer wanted.
///
/// # Errors
/// `key-taken` naming the field if existing records share a value that shall be unique; those of the server.
pub async fn bring(transaction: &Transaction<'_>, register: &Register) -> Result<()> {
    let mut wanted = wanted_indexes(register);
    let present = transaction.query_typed(PRESENT, &[(&register.name, Type::TEXT)]).await.map_err(from_pg)?;
    for row in present {
        let (name, constraint): (String, Option<String>) = (column(&row, 0)?, column(&row, 1)?);
        let (mut columns, method, collation): (Vec<String>, String, String) =
            (column(&row, 2)?, column(&row, 4)?, column(&row, 5)?);
        let unique: bool = column(&row, 3)?;
        if unique && columns == ["id"] {
            continue;
        }
        let turkish = collation == "tr-x-icu";
        if turkish {
            columns.truncate(1);
        }
        let same = |w: &Index| w.columns == columns && w.unique == unique && w.method == method && w.turkish == turkish;
        if let Some(place) = wanted.iter().position(same) {
            wanted.remove(place);
            continue;
        }
        let drop = match constraint {
            Some(constraint) => {
                format!("ALTER TABLE meydan.{} DROP CONSTRAINT {}", table::current(&register.name), quoted(&constraint))
            }
            None => format!("DROP INDEX meydan.{}", quoted(&name)),
        };
        transaction.batch_execute(&drop).await.map_err(from_pg)?;
    }
    for index in wanted {
        transaction.batch_execute(&index.create(&register.name)).await.map_err(|e| match e.code() {
            Some(code) if *code == SqlState::UNIQUE_VIOLATION => key_taken(index.columns.iter().map(String::as_str)),
            _ => from_pg(e),
        })?;
    }
    Ok(())
}
