//! A macro for statements that diesel keeps prepared.
//!
//! Diesel caches a prepared statement by its type only when the type says so; its own inserts and
//! updates of the shapes needed here do not. A statement made by [`statement!`] does. Invariant:
//! the text has one `?` per parameter, in the order of the parameters, and no other `?`.

/// Declares a statement: its parameters with their SQL types, the row it gives, and its text.
macro_rules! statement {
    (
        $(#[$doc:meta])*
        $name:ident on $backend:ty, $connection:ty: ($($field:ident: $rust:ty => $sql:ty),* $(,)?)
        $(-> $row:ty)?, $text:expr
    ) => {
        $(#[$doc])*
        struct $name<'a> {
            $($field: $rust,)*
            lifetime: std::marker::PhantomData<&'a ()>,
        }

        impl diesel::query_builder::QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl diesel::query_builder::QueryFragment<$backend> for $name<'_> {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, $backend>,
            ) -> diesel::QueryResult<()> {
                let mut parts = $text.split('?');
                out.push_sql(parts.next().unwrap_or_default());
                $(
                    out.push_bind_param::<$sql, _>(&self.$field)?;
                    out.push_sql(parts.next().unwrap_or_default());
                )*
                Ok(())
            }
        }

        $(impl diesel::query_builder::Query for $name<'_> {
            type SqlType = $row;
        })?

        impl diesel::RunQueryDsl<$connection> for $name<'_> {}
    };
}

pub(super) use statement;
