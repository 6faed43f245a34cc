//! [`Table`]: a table's columns, and the SQL by which its rows are written down and read in.
//!
//! Invariant: a row is written down in the same text by both databases: each value with its kind and its length, so
//! that two rows are equal exactly when their texts are.

use diesel::RunQueryDsl as _;
use diesel::pg::PgConnection;
use diesel::sql_types::{Bool, Text};

use crate::error::{Error, Result};
use crate::store::unavailable;

#[derive(diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    identity: bool,
    #[diesel(sql_type = Bool)]
    key: bool,
}

/// See the module.
pub(super) struct Table {
    pub(super) name: String,
    columns: Vec<Column>,
}

impl Table {
    /// Reads what PostgreSQL says of a table.
    pub(super) fn read(connection: &mut PgConnection, name: &str) -> Result<Self> {
        let columns: Vec<Column> = diesel::sql_query(
            "SELECT a.attname::text AS name, t.typname::text AS kind, a.attidentity <> '' AS identity,
                    coalesce(a.attnum = ANY (i.indkey), FALSE) AS key
             FROM pg_attribute a
             JOIN pg_class c ON c.oid = a.attrelid
             JOIN pg_type t ON t.oid = a.atttypid
             LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
             WHERE c.relname = $1 AND c.relnamespace = current_schema()::regnamespace
               AND a.attnum > 0 AND NOT a.attisdropped
             ORDER BY array_position(i.indkey::int2[], a.attnum), a.attnum",
        )
        .bind::<Text, _>(name)
        .load(connection)
        .map_err(unavailable)?;
        let known = ["int8", "int4", "text", "bytea", "bool"];
        let unknown = columns
            .iter()
            .find(|column| !known.contains(&column.kind.as_str()));
        if let Some(column) = unknown {
            let (kind, column) = (&column.kind, &column.name);
            return Err(Error::Internal(format!(
                "{name}.{column} is of a kind that can't be moved: {kind}"
            )));
        }
        Ok(Table {
            name: name.to_owned(),
            columns,
        })
    }

    /// A row of SQLite as a JSON object.
    pub(super) fn json_sqlite(&self) -> String {
        let members = self.columns.iter().map(|column| {
            let name = &column.name;
            match column.kind.as_str() {
                "bytea" => format!(
                    "'{name}', CASE WHEN \"{name}\" IS NULL THEN NULL ELSE '\\x' || hex(\"{name}\") END"
                ),
                "bool" => format!("'{name}', CASE \"{name}\" WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"),
                _ => format!("'{name}', \"{name}\""),
            }
        });
        format!(
            "SELECT json_object({}) AS line FROM \"{}\" ORDER BY {}",
            members.collect::<Vec<_>>().join(", "),
            self.name,
            self.order("")
        )
    }

    /// Inserts rows of a JSON array into PostgreSQL.
    pub(super) fn insert_postgres(&self) -> String {
        let names: Vec<String> = self
            .columns
            .iter()
            .map(|column| format!("\"{}\"", column.name))
            .collect();
        let kinds = self
            .columns
            .iter()
            .map(|column| format!("\"{}\" {}", column.name, column.kind));
        let (names, kinds) = (names.join(", "), kinds.collect::<Vec<_>>().join(", "));
        format!(
            "INSERT INTO \"{}\" ({names}) SELECT {names} FROM json_to_recordset($1::json) AS row ({kinds})",
            self.name
        )
    }

    /// The rows of SQLite, written down.
    pub(super) fn text_sqlite(&self) -> String {
        let value = |column: &Column| {
            let name = &column.name;
            match column.kind.as_str() {
                "text" => format!("'t' || octet_length(\"{name}\") || ':' || \"{name}\""),
                "bytea" => {
                    format!("'b' || CASE WHEN \"{name}\" IS NULL THEN NULL ELSE lower(hex(\"{name}\")) END")
                }
                _ => format!("'i' || CAST(\"{name}\" AS TEXT)"),
            }
        };
        self.text(value, "")
    }

    /// The rows of PostgreSQL, written down.
    pub(super) fn text_postgres(&self) -> String {
        let value = |column: &Column| {
            let name = &column.name;
            match column.kind.as_str() {
                "text" => format!("'t' || octet_length(\"{name}\") || ':' || \"{name}\""),
                "bytea" => format!("'b' || encode(\"{name}\", 'hex')"),
                "bool" => format!("'i' || \"{name}\"::int::text"),
                _ => format!("'i' || \"{name}\"::text"),
            }
        };
        self.text(value, " COLLATE \"C\"")
    }

    fn text(&self, value: impl Fn(&Column) -> String, collation: &str) -> String {
        let values = self
            .columns
            .iter()
            .map(|column| format!("coalesce({}, 'n')", value(column)));
        format!(
            "SELECT {} AS line FROM \"{}\" ORDER BY {}",
            values.collect::<Vec<_>>().join(" || ',' || "),
            self.name,
            self.order(collation)
        )
    }

    /// By what rows are put in order: the primary key, texts by their bytes.
    fn order(&self, collation: &str) -> String {
        let key = self.columns.iter().filter(|column| column.key).map(|column| {
            let collation = if column.kind == "text" { collation } else { "" };
            format!("\"{}\"{collation}", column.name)
        });
        key.collect::<Vec<_>>().join(", ")
    }

    /// What makes PostgreSQL count on behind the numbers that were moved.
    pub(super) fn set_identity(&self) -> Option<String> {
        let column = &self.columns.iter().find(|column| column.identity)?.name;
        let table = &self.name;
        Some(format!(
            "SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), (SELECT coalesce(max(\"{column}\"), 0) + 1 \
             FROM \"{table}\"), FALSE)"
        ))
    }
}
