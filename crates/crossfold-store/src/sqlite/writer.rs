//! The thread that does all writing.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::BUSY_TIMEOUT;
use super::refusal::Refusal;

/// How many requests may be queued.
const BACKLOG: usize = 64;

/// How long one attempt waits for another process' transaction.
pub(super) const ATTEMPT: Duration = Duration::from_millis(250);

/// How long the gate is open between two attempts.
const PAUSE: Duration = Duration::from_millis(10);

/// The number of attempts before a message says that the store is locked.
const SILENT_ATTEMPTS: usize = 8;

type Request = Box<dyn FnOnce(&mut Session) + Send>;

/// How a store that is written to shares its file with other processes.
pub struct WriteAccess {
    /// Locked while a transaction is open. Code that suspends the process locks it first, so that no other process
    /// is kept from writing.
    pub gate: Arc<Mutex<()>>,
    /// Is called when another process keeps this one from writing. A suspended process may do so for long.
    pub tell: Box<dyn Fn(&str) + Send>,
}

impl Default for WriteAccess {
    fn default() -> WriteAccess {
        WriteAccess { gate: Arc::default(), tell: Box::new(|_| {}) }
    }
}

impl WriteAccess {
    /// Calls `attempt` with the gate locked until it returns a value: `None` says that another process' transaction is in the
    /// way. A long wait for the store at `path` is announced.
    pub(super) fn wait<T>(
        &self,
        path: &Path,
        mut attempt: impl FnMut() -> Result<Option<T>, Refusal>,
    ) -> Result<T, Refusal> {
        let mut attempts = 0;
        loop {
            let closed = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(done) = attempt()? {
                return Ok(done);
            }
            drop(closed);
            attempts += 1;
            if attempts == SILENT_ATTEMPTS {
                (self.tell)(&format!("waiting for another process that is writing to the store `{}`", path.display()));
            }
            // Without a pause nobody else would ever have the gate.
            std::thread::sleep(PAUSE);
        }
    }
}

/// `None` where another process' transaction is in the way.
pub(super) fn unless_busy<T>(done: Result<T, Refusal>) -> Result<Option<T>, Refusal> {
    match done {
        Err(refusal) if refusal.is_busy() => Ok(None),
        done => done.map(Some),
    }
}

/// What the thread works with.
struct Session {
    connection: Connection,
    access: WriteAccess,
    path: PathBuf,
}

/// A thread that owns the connection for writing, and handles one request after another.
pub(crate) struct Writer {
    requests: Option<SyncSender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn new(connection: Connection, path: &Path, access: WriteAccess) -> std::io::Result<Writer> {
        let mut session = Session { connection, access, path: path.to_owned() };
        let (requests, queued) = sync_channel::<Request>(BACKLOG);
        let work = move || queued.into_iter().for_each(|request| request(&mut session));
        let thread = std::thread::Builder::new().name("store".to_owned()).spawn(work)?;
        Ok(Writer { requests: Some(requests), thread: Some(thread) })
    }

    /// Runs `work` in a transaction, and returns once that is durable. Waits for the transactions of other processes.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.request(move |session| session.write(work))
    }

    /// Runs `work`, which has transactions of its own, again for as long as other processes are in the way.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.request(move |Session { connection, access, path }| {
            connection.busy_timeout(ATTEMPT)?;
            let done = access.wait(path, || unless_busy(work(connection)));
            connection.busy_timeout(BUSY_TIMEOUT)?;
            done
        })
    }

    /// Hands `work` to the thread.
    fn request<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (reply, answer) = sync_channel(1);
        let request: Request = Box::new(move |session| drop(reply.send(work(session))));
        let requests = self.requests.as_ref().expect("requests are accepted until the writer is dropped");
        requests.send(request).expect("the thread ends after its last request");
        answer.recv().expect("the thread answers every request")
    }
}

impl Session {
    fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let Session { connection, access, path } = self;
        let mut work = Some(work);
        access.wait(path, || {
            connection.busy_timeout(ATTEMPT)?;
            // A transaction that begins by reading can be refused its first write, and waiting doesn't help then; one that
            // is immediate waits for its lock at the beginning.
            let begun = Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(Refusal::from);
            connection.busy_timeout(BUSY_TIMEOUT)?;
            let Some(transaction) = unless_busy(begun)? else { return Ok(None) };
            let work = work.take().expect("no attempt follows one that works");
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(Some(done))
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Without a sender the thread ends, and closes its connection.
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use crossfold_study::{Store, StudyName};

    use super::super::SqliteStore;
    use super::*;

    /// A new file can't be prepared while another process writes to it; one of this version is opened all the same.
    #[test]
    fn an_open_waits_for_another_process_only_where_it_writes() {
        let folder = tempfile::tempdir().unwrap();
        let other = Connection::open(folder.path().join("crossfold.db")).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let open = |told: std::sync::mpsc::Sender<String>, gate| {
            let access = WriteAccess { tell: Box::new(move |text| told.send(text.to_owned()).unwrap()), gate };
            SqliteStore::open_with(folder.path(), "", access).unwrap()
        };
        let (told, words) = channel();
        let gate = Arc::default();
        std::thread::scope(|scope| {
            let opening = scope.spawn(|| open(told, Arc::clone(&gate)));
            let word = words.recv().unwrap();
            assert!(word.starts_with("waiting for another process"), "{word}");
            drop(gate.lock().unwrap());
            other.execute_batch("ROLLBACK").unwrap();
            opening.join().unwrap();
        });
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let (told, words) = channel();
        open(told, Arc::default());
        assert!(words.try_recv().is_err());
    }

    /// Pages are returned in a transaction, too.
    #[test]
    fn shrinking_waits_for_the_gate() {
        let folder = tempfile::tempdir().unwrap();
        let access = WriteAccess::default();
        let gate = Arc::clone(&access.gate);
        let store = SqliteStore::open_with(folder.path(), "", access).unwrap();
        let held = gate.lock().unwrap();
        std::thread::scope(|scope| {
            let shrinking = scope.spawn(|| store.shrink());
            std::thread::yield_now();
            assert!(!shrinking.is_finished());
            drop(held);
            shrinking.join().unwrap().unwrap();
        });
    }

    /// A process that is suspended in a transaction keeps others waiting. They say so, and can be suspended as well.
    #[test]
    fn a_write_waits_for_another_process_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let (told, words) = channel();
        let access =
            WriteAccess { tell: Box::new(move |text| told.send(text.to_owned()).unwrap()), ..Default::default() };
        let gate = Arc::clone(&access.gate);
        let store = SqliteStore::open_with(folder.path(), "", access).unwrap();
        let other = Connection::open(folder.path().join("crossfold.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| store.remove_study(&StudyName::new("a").unwrap()));
            let word = words.recv().unwrap();
            assert!(word.starts_with("waiting for another process that is writing to the store `"), "{word}");
            drop(gate.lock().unwrap());
            other.execute_batch("ROLLBACK").unwrap();
            writing.join().unwrap().unwrap();
        });
        // Nothing is written while the gate is held.
        let held = gate.lock().unwrap();
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| store.remove_study(&StudyName::new("a").unwrap()));
            other.execute_batch("BEGIN IMMEDIATE; ROLLBACK").unwrap();
            assert!(!writing.is_finished());
            drop(held);
            writing.join().unwrap().unwrap();
        });
    }
}
