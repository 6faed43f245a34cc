//! [`KeptConnection`]: the connection that one thread keeps for itself, made anew where it was lost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{DbConnection, Store};
use crate::error::Result;

/// After how long a rest the connection is asked whether it still answers: the server may have been restarted
/// meanwhile, and the next request shall not be the one to find out.
const REST: Duration = Duration::from_secs(1);

/// See the module.
pub struct KeptConnection {
    store: Arc<Store>,
    connection: Option<DbConnection>,
    used: Instant,
}

impl KeptConnection {
    /// Connects.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub fn open(store: &Arc<Store>) -> Result<Self> {
        Ok(KeptConnection {
            connection: Some(store.dedicated()?),
            store: Arc::clone(store),
            used: Instant::now(),
        })
    }

    /// The connection, and whether it was made anew: then nothing counts any more that was learned through the one
    /// before, because what answers now may be a standby that had not heard of everything.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub fn get(&mut self) -> Result<(&mut DbConnection, bool)> {
        if self.used.elapsed() >= REST {
            self.drop_if_lost();
        }
        self.used = Instant::now();
        match &mut self.connection {
            Some(connection) => Ok((connection, false)),
            lost => Ok((lost.insert(self.store.dedicated()?), true)),
        }
    }

    /// The connection as it is, without asking whether it answers; none where it was lost.
    pub fn as_it_is(&mut self) -> Option<&mut DbConnection> {
        self.connection.as_mut()
    }

    /// Lets a connection that answers no more be made anew; for after a failure.
    pub fn drop_if_lost(&mut self) {
        if self
            .connection
            .as_mut()
            .is_some_and(|connection| !connection.answers())
        {
            self.connection = None;
        }
    }
}
