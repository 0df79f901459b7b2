//! Digests, by which damaged, lost and renamed records are noticed.
//!
//! A record is what is stored and read as a whole: a fit with its epochs, its predictions at an epoch, a study. The table
//! `digests` has a digest of each record under the record's name, so that a change of either shows. Digests are for
//! accidents: who edits the file on purpose can replace them, too.

use std::fmt;

use crossfold_study::{FitKey, StudyName};
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::refusal::Refusal;

/// The first version of the tables that has digests.
const SINCE: u32 = 7;

/// 64 bits that depend on every bit of a list of values and on their types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digest(u64);

impl Digest {
    /// The digest of no values, and of no rows.
    pub(super) const EMPTY: Digest = Digest(0xC0F0_1D5E_ED00_0007);

    pub(super) fn of_values(values: &[ValueRef<'_>]) -> Digest {
        let mut digest = Digest::EMPTY;
        values.iter().for_each(|&value| digest.add(value));
        digest
    }

    pub(super) fn of_row(row: &Row<'_>) -> rusqlite::Result<Digest> {
        let mut digest = Digest::EMPTY;
        digest.add_row(row)?;
        Ok(digest)
    }

    /// The digest that a column holds.
    pub(super) fn read(row: &Row<'_>, column: usize) -> rusqlite::Result<Digest> {
        Ok(Digest(row.get::<_, i64>(column)?.cast_unsigned()))
    }

    /// Adds all columns of a row.
    pub(super) fn add_row(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        for column in 0..row.as_ref().column_count() {
            self.add(row.get_ref(column)?);
        }
        Ok(())
    }

    fn add(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Null => self.add_word(5),
            ValueRef::Integer(value) => self.add_tagged(1, &value.to_le_bytes()),
            ValueRef::Real(value) => self.add_tagged(2, &value.to_le_bytes()),
            ValueRef::Text(text) => self.add_tagged(3, text),
            ValueRef::Blob(bytes) => self.add_tagged(4, bytes),
        }
    }

    fn add_tagged(&mut self, tag: u64, bytes: &[u8]) {
        self.add_word(tag + ((bytes.len() as u64) << 3));
        let (words, rest) = bytes.as_chunks();
        words.iter().for_each(|&word| self.add_word(u64::from_le_bytes(word)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.add_word(u64::from_le_bytes(last));
    }

    /// Each step maps the words one to one, and so do later steps: a single changed word always changes the digest.
    fn add_word(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }

    /// For sets: the sum of their rows' digests doesn't depend on the order, and rows can be taken away.
    pub(super) fn plus(self, row: Digest) -> Digest {
        Digest(self.0.wrapping_add(row.0))
    }

    pub(super) fn minus(self, row: Digest) -> Digest {
        Digest(self.0.wrapping_sub(row.0))
    }
}

impl ToSql for Digest {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.cast_signed().into())
    }
}

/// Whether the file is of a version with digests.
pub(super) fn are_kept(connection: &Connection) -> Result<bool, Refusal> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))? >= SINCE)
}

/// Lets statements call `digest_of` with the values of a row.
pub(super) fn add_function(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("digest_of", -1, flags, |values| {
        let mut digest = Digest::EMPTY;
        (0..values.len()).for_each(|value| digest.add(values.get_raw(value)));
        Ok(digest.0.cast_signed())
    })
}

/// The names of records.
#[derive(Clone, Copy, Debug)]
pub(super) enum Record<'a> {
    /// A fit with its epochs.
    Fit(&'a FitKey),
    /// The predictions of the fit in a row of `fits`, at an epoch.
    Predictions(i64, u32),
    /// The checkpoint of the fit in a row of `fits`.
    Checkpoint(i64),
    /// A network that was trained on all rows for a number of epochs, with its scores.
    Refit(&'a FitKey, u32),
    /// A study with its validation rows.
    Study(&'a StudyName),
    /// The keys that a study refers to.
    References(&'a StudyName),
    Journal(&'a StudyName),
    /// The numbers of metrics.
    Metrics,
}

impl Record<'_> {
    /// The key in the table `digests`.
    fn key(&self) -> (&'static str, ValueRef<'_>, u32) {
        match self {
            Record::Fit(key) => ("fit", ValueRef::Blob(key.as_bytes()), 0),
            Record::Predictions(fit, epoch) => ("predictions", ValueRef::Integer(*fit), *epoch),
            Record::Checkpoint(fit) => ("checkpoint", ValueRef::Integer(*fit), 0),
            Record::Refit(key, epochs) => ("refit", ValueRef::Blob(key.as_bytes()), *epochs),
            Record::Study(name) => ("study", ValueRef::Text(name.as_str().as_bytes()), 0),
            Record::References(name) => ("references", ValueRef::Text(name.as_str().as_bytes()), 0),
            Record::Journal(name) => ("journal", ValueRef::Text(name.as_str().as_bytes()), 0),
            Record::Metrics => ("metrics", ValueRef::Integer(0), 0),
        }
    }

    pub(super) fn is_damaged(&self) -> Refusal {
        match self {
            // Without them no score can be read.
            Record::Metrics => Refusal::Corrupt(format!("{self} do not match their digest")),
            Record::Study(name) | Record::References(name) | Record::Journal(name) => {
                Refusal::Record { record: self.to_string(), study: Some((*name).clone()) }
            }
            Record::Fit(_) | Record::Predictions(..) | Record::Checkpoint(_) | Record::Refit(..) => {
                Refusal::Record { record: self.to_string(), study: None }
            }
        }
    }

    /// Values that can't be read are damage of this record; other errors stay what they are.
    pub(super) fn decoded<T, E: Into<Refusal>>(&self, decoded: Result<T, E>) -> Result<T, Refusal> {
        decoded.map_err(|error| {
            let refusal: Refusal = error.into();
            if refusal.is_of_values() { self.is_damaged() } else { refusal }
        })
    }

    /// Holds a record against its digest; `found` is `None` for a record that is not there.
    ///
    /// # Errors
    /// [`Refusal::Record`] unless both agree or the file is of a version without digests.
    pub(super) fn check(&self, connection: &Connection, found: Option<Digest>) -> Result<(), Refusal> {
        let kept = self.kept(connection)?;
        let matches = kept == found || kept.is_none() && !are_kept(connection)?;
        if matches { Ok(()) } else { Err(self.is_damaged()) }
    }

    /// The digest in the table.
    pub(super) fn kept(&self, connection: &Connection) -> Result<Option<Digest>, Refusal> {
        let (kind, record, number) = self.key();
        let mut select =
            connection.prepare_cached("SELECT digest FROM digests WHERE kind = ?1 AND record = ?2 AND number = ?3")?;
        let which = params![kind, ToSqlOutput::Borrowed(record), number];
        Ok(select.query_row(which, |row| Digest::read(row, 0)).optional()?)
    }

    /// Writes the digest of a record that was written.
    pub(super) fn seal(&self, transaction: &Transaction<'_>, digest: Digest) -> Result<(), Refusal> {
        let (kind, record, number) = self.key();
        let mut insert = transaction.prepare_cached("INSERT OR REPLACE INTO digests VALUES (?1, ?2, ?3, ?4)")?;
        insert.execute(params![kind, ToSqlOutput::Borrowed(record), number, digest])?;
        Ok(())
    }

    /// Removes the digest of a record that was removed.
    pub(super) fn unseal(&self, transaction: &Transaction<'_>) -> Result<(), Refusal> {
        let (kind, record, number) = self.key();
        let mut delete =
            transaction.prepare_cached("DELETE FROM digests WHERE kind = ?1 AND record = ?2 AND number = ?3")?;
        delete.execute(params![kind, ToSqlOutput::Borrowed(record), number])?;
        Ok(())
    }
}

impl fmt::Display for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Record::Fit(key) => write!(f, "fit {}", short(key)),
            Record::Predictions(fit, epoch) => write!(f, "the predictions of fit number {fit} at epoch {epoch}"),
            Record::Checkpoint(fit) => write!(f, "the checkpoint of fit number {fit}"),
            Record::Refit(key, epochs) => {
                write!(f, "the network {} trained on all rows for {epochs} epochs", short(key))
            }
            Record::Study(name) => write!(f, "the study `{name}`"),
            Record::References(name) => write!(f, "the list of fits of the study `{name}`"),
            Record::Journal(name) => write!(f, "the journal of the study `{name}`"),
            Record::Metrics => write!(f, "the numbers of metrics"),
        }
    }
}

fn short(key: &FitKey) -> String {
    key.to_string()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bit_type_length_and_place_counts() {
        let long: Vec<u8> = (0..100).collect();
        let mut digests = vec![
            Digest::of_values(&[]),
            Digest::of_values(&[ValueRef::Null]),
            Digest::of_values(&[ValueRef::Null, ValueRef::Null]),
            Digest::of_values(&[ValueRef::Integer(0)]),
            Digest::of_values(&[ValueRef::Real(0.0)]),
            Digest::of_values(&[ValueRef::Real(-0.0)]),
            Digest::of_values(&[ValueRef::Text(b"ab"), ValueRef::Text(b"c")]),
            Digest::of_values(&[ValueRef::Text(b"a"), ValueRef::Text(b"bc")]),
            Digest::of_values(&[ValueRef::Text(b"a"), ValueRef::Text(b"bc\0")]),
            Digest::of_values(&[ValueRef::Blob(b"a"), ValueRef::Text(b"bc")]),
            Digest::of_values(&[ValueRef::Text(b"bc"), ValueRef::Blob(b"a")]),
        ];
        for at in 0..long.len() * 8 {
            let mut flipped = long.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            digests.push(Digest::of_values(&[ValueRef::Blob(&flipped)]));
        }
        let count = digests.len();
        digests.sort_by_key(|digest| digest.0);
        digests.dedup();
        assert_eq!(digests.len(), count);
    }

    /// Stored digests are compared with those of later releases.
    #[test]
    fn digests_never_change() {
        let known = Digest::of_values(&[ValueRef::Null, ValueRef::Integer(1), ValueRef::Text(b"crossfold")]);
        assert_eq!(known.0, 0xE0AE_0D9C_29FA_7395);
    }
}
