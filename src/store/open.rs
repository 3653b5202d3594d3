//! A transaction under way, with what it will add to the audit log.

use std::ops::{Deref, DerefMut};

use sqlx::{Database, Transaction};

use super::audit::Entry;

/// A transaction of one driver. It dereferences to the connection.
///
/// Entries of the audit log are kept here until the commit: chaining them takes a lock that is the same for every
/// process, and taken last and held for a moment it can neither dead-lock nor make others wait.
pub struct Open<D: Database> {
    work: Transaction<'static, D>,
    pub(super) log: Vec<Entry>,
}

impl<D: Database> Open<D> {
    pub(super) async fn commit(self) -> sqlx::Result<()> {
        self.work.commit().await
    }

    pub(super) async fn rollback(self) -> sqlx::Result<()> {
        self.work.rollback().await
    }
}

impl<D: Database> From<Transaction<'static, D>> for Open<D> {
    fn from(work: Transaction<'static, D>) -> Self {
        Self { work, log: Vec::new() }
    }
}

impl<D: Database> Deref for Open<D> {
    type Target = D::Connection;

    fn deref(&self) -> &D::Connection {
        &self.work
    }
}

impl<D: Database> DerefMut for Open<D> {
    fn deref_mut(&mut self) -> &mut D::Connection {
        &mut self.work
    }
}

impl<D: Database> std::fmt::Debug for Open<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("log", &self.log.len()).finish_non_exhaustive()
    }
}
