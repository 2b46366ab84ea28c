//! Why the store could not do it.

use crate::platform::DatabaseError;

/// The store could not do it; nothing was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("the database holds something unreadable: {0}")]
    Unreadable(String),
}
