//! Why the store could not do it.

use crate::platform::DatabaseError;

/// The store could not do it; nothing was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("the database holds something unreadable: {0}")]
    Unreadable(String),
    #[error(
        "the database is of version {found}, and this program knows versions up to {known}: start the newer program again, \
         or restore a copy of the database from before it ran"
    )]
    Newer { found: i64, known: i64 },
    #[error(
        "a copy into this database did not end: run the same `chargetap migrate` again, which goes on with it, or name \
         another database"
    )]
    Unfinished,
}
