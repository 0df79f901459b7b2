//! The thread that does all writing.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::refusal::Refusal;

/// How many requests may be queued.
const BACKLOG: usize = 64;

type Request = Box<dyn FnOnce(&mut Connection) + Send>;

/// A thread that owns the connection for writing, and handles one request after another.
pub(crate) struct Writer {
    requests: Option<SyncSender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn new(mut connection: Connection) -> std::io::Result<Writer> {
        let (requests, waiting) = sync_channel::<Request>(BACKLOG);
        let work = move || waiting.into_iter().for_each(|request| request(&mut connection));
        let thread = std::thread::Builder::new().name("store".to_owned()).spawn(work)?;
        Ok(Writer { requests: Some(requests), thread: Some(thread) })
    }

    /// Runs `work` in a transaction, and returns once that is durable.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.run(move |connection| {
            // A transaction that begins by reading can be refused its first write, and waiting doesn't help then; one that
            // is immediate waits for its lock at the beginning.
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })
    }

    /// Runs `work` outside a transaction.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (reply, answer) = sync_channel(1);
        let request: Request = Box::new(move |connection| drop(reply.send(work(connection))));
        let requests = self.requests.as_ref().expect("requests are accepted until the writer is dropped");
        requests.send(request).expect("the thread ends after its last request");
        answer.recv().expect("the thread answers every request")
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
