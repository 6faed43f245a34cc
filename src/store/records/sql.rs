//! [`Sql`]: a query put together from text and values, the same for both databases.
//!
//! For queries whose shape depends on the request. Invariant: what comes from a request is bound as a
//! value, never part of the text, so the text is made of what this crate wrote alone.

use std::fmt::Display;
use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};
use diesel::sqlite::SqliteConnection;

use crate::store::DbConnection;

/// See the module; `T` is the SQL type of a row.
pub(in crate::store) struct Sql<T> {
    parts: Vec<Part>,
    row: PhantomData<T>,
}

enum Part {
    Words(String),
    /// Which index SQLite must take, which guesses without statistics; PostgreSQL has some.
    Index(String),
    Text(String),
    Number(i64),
}

impl<T> Sql<T> {
    /// Begins with these words.
    pub(in crate::store) fn new(words: &str) -> Self {
        Sql {
            parts: vec![Part::Words(words.to_owned())],
            row: PhantomData,
        }
    }

    /// Goes on with these words.
    pub(in crate::store) fn words(&mut self, words: impl Display) -> &mut Self {
        self.parts.push(Part::Words(words.to_string()));
        self
    }

    /// Names the index that leads behind the table that was named last, if one does.
    pub(in crate::store) fn led_by(&mut self, index: Option<String>) -> &mut Self {
        self.parts.extend(index.map(Part::Index));
        self
    }

    /// Goes on with a value.
    pub(in crate::store) fn text(&mut self, text: &str) -> &mut Self {
        self.parts.push(Part::Text(text.to_owned()));
        self
    }

    /// Goes on with a value.
    pub(in crate::store) fn number(&mut self, number: i64) -> &mut Self {
        self.parts.push(Part::Number(number));
        self
    }

    /// Goes on with values and commas between them.
    pub(in crate::store) fn texts(&mut self, texts: &[String]) -> &mut Self {
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                self.words(", ");
            }
            self.text(text);
        }
        self
    }

    /// Runs it.
    pub(in crate::store) fn load<U>(mut self, connection: &mut DbConnection) -> QueryResult<Vec<U>>
    where
        Self: for<'q> LoadQuery<'q, SqliteConnection, U> + for<'q> LoadQuery<'q, PgConnection, U>,
    {
        match connection {
            DbConnection::Sqlite(inner) => RunQueryDsl::<SqliteConnection>::load(self, inner),
            DbConnection::Postgres(inner) => {
                self.parts.retain(|part| !matches!(part, Part::Index(_)));
                RunQueryDsl::<PgConnection>::load(self, inner)
            }
        }
    }
}

impl<T, DB> QueryFragment<DB> for Sql<T>
where
    DB: Backend + HasSqlType<Text> + HasSqlType<BigInt>,
    String: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // There are too many shapes to keep them prepared.
        out.unsafe_to_cache_prepared();
        for part in &self.parts {
            match part {
                Part::Words(words) => out.push_sql(words),
                Part::Index(index) => {
                    out.push_sql(" INDEXED BY ");
                    out.push_sql(index);
                }
                Part::Text(text) => out.push_bind_param::<Text, _>(text)?,
                Part::Number(number) => out.push_bind_param::<BigInt, _>(number)?,
            }
        }
        Ok(())
    }
}

impl<T> QueryId for Sql<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T> Query for Sql<T> {
    type SqlType = T;
}

impl<T> RunQueryDsl<SqliteConnection> for Sql<T> {}
impl<T> RunQueryDsl<PgConnection> for Sql<T> {}
