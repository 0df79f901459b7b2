//! A check of every record against its digest.

use crossfold_study::{FitKey, StoreError, StudyName, Verified};
use rusqlite::{Connection, Row};

use super::digest::Record;
use super::refusal::{Access, Refusal};
use super::scores::MetricNumbers;
use super::{SqliteStore, fits, read_key, refits, studies};

impl SqliteStore {
    /// Reads every record, and compares it with its digest.
    ///
    /// # Errors
    /// If the file's structure is damaged. Damaged records are in the result.
    pub fn verify(&self) -> Result<Verified, StoreError> {
        self.read(|connection| {
            check_structure(connection)?;
            let mut check = Check { store: self, connection, verified: Verified::default() };
            check.fits()?;
            check.parts()?;
            check.refits()?;
            check.studies()?;
            Ok(check.verified)
        })
    }
}

/// Indices that don't match their tables would hide records.
fn check_structure(connection: &Connection) -> Result<(), Refusal> {
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(Refusal::Corrupt(found)) }
}

struct Check<'a> {
    store: &'a SqliteStore,
    connection: &'a Connection,
    verified: Verified,
}

impl Check<'_> {
    /// Notes a record that is damaged; other errors end the check. Returns 1, by which the record is counted.
    fn note<T>(&mut self, read: Result<T, Refusal>) -> Result<u64, Refusal> {
        match read {
            Ok(_) => Ok(1),
            Err(refusal @ Refusal::Record { .. }) => {
                self.verified.damaged.push(refusal.at(&self.store.path, Access::Read));
                Ok(1)
            }
            Err(other) => Err(other),
        }
    }

    /// Reads the record of each row that is selected, and returns how many there are.
    fn each(
        &mut self,
        select: &str,
        mut read: impl FnMut(&Self, &Row<'_>) -> Result<(), Refusal>,
    ) -> Result<u64, Refusal> {
        let mut select = self.connection.prepare(select)?;
        let mut rows = select.query([])?;
        let mut records = 0;
        while let Some(row) = rows.next()? {
            let read = read(self, row);
            records += self.note(read)?;
        }
        Ok(records)
    }

    fn fits(&mut self) -> Result<(), Refusal> {
        let metrics = MetricNumbers::read(self.connection)?;
        self.verified.records.fits += self.each(
            "SELECT key FROM fits NOT INDEXED UNION SELECT record FROM digests WHERE kind = 'fit' ORDER BY 1",
            |check, row| {
                let key = read_key(row)?;
                let fit = fits::look_up(check.connection, &metrics, &key);
                fit.map(drop).map_err(|refusal| check.with_configuration(&key, refusal))
            },
        )?;
        Ok(())
    }

    /// A damaged fit is easier to recognize by its configuration and fold, as far as they can be read.
    fn with_configuration(&self, key: &FitKey, refusal: Refusal) -> Refusal {
        let Refusal::Record { record, study } = refusal else { return refusal };
        let select = "SELECT configuration || ifnull(', repeat ' || (repeat + 1) || ', fold ' || (fold + 1), '') \
                      FROM fits WHERE key = ?1";
        let found = self.connection.query_row(select, [key.as_bytes()], |row| row.get::<_, String>(0));
        Refusal::Record { record: found.map_or(record.clone(), |found| format!("{record} ({found})")), study }
    }

    /// Predictions and checkpoints.
    fn parts(&mut self) -> Result<(), Refusal> {
        self.verified.predictions += self.each(
            "SELECT fit, epoch FROM predictions \
             UNION SELECT record, number FROM digests WHERE kind = 'predictions' ORDER BY 1, 2",
            |check, row| fits::predictions_at(check.connection, row.get(0)?, row.get(1)?).map(drop),
        )?;
        self.verified.checkpoints += self.each(
            "SELECT fit FROM checkpoints UNION SELECT record FROM digests WHERE kind = 'checkpoint' ORDER BY 1",
            |check, row| fits::checkpoint_at(check.connection, row.get(0)?).map(drop),
        )?;
        Ok(())
    }

    fn refits(&mut self) -> Result<(), Refusal> {
        self.verified.records.refits += self.each(
            "SELECT key, epochs FROM refits \
             UNION SELECT record, number FROM digests WHERE kind = 'refit' ORDER BY 1, 2",
            |check, row| {
                let epochs = row.get(1)?;
                refits::get(check.connection, &read_key(row)?, epochs).map(drop)
            },
        )?;
        Ok(())
    }

    fn studies(&mut self) -> Result<(), Refusal> {
        for name in studies::names(self.connection)? {
            let study = studies::get(self.connection, &name);
            self.verified.studies += self.note(study)?;
            let references = studies::digest_of_references(self.connection, &name)?;
            self.note(Record::References(&name).check(self.connection, Some(references)))?;
        }
        let mut select = self.connection.prepare(
            "SELECT study FROM journal UNION SELECT CAST(record AS TEXT) FROM digests WHERE kind = 'journal' ORDER BY 1",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            // One of another name is nobody's.
            if let Some(name) = row.get::<_, String>(0).ok().and_then(|name| StudyName::new(&name)) {
                let journal = studies::journal(self.connection, &name);
                self.verified.journals += self.note(journal)?;
            }
        }
        Ok(())
    }
}
