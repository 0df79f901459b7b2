//! The one thread that writes.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::refusal::Refusal;

/// How many requests may wait.
const BACKLOG: usize = 64;

type Request = Box<dyn FnOnce(&mut Connection) + Send>;

/// A thread that owns the connection for writing, and takes one request after another.
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

    /// Does `work` in a transaction of its own, and returns once that is durable.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.ask(move |connection| {
            // A transaction that begins with reading and is refused when it comes to write can't be
            // helped by waiting; one that says at once that it will write can.
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })
    }

    /// Does `work`, outside a transaction.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (reply, answer) = sync_channel(1);
        let request: Request = Box::new(move |connection| drop(reply.send(work(connection))));
        let requests = self.requests.as_ref().expect("requests are taken until the writer is dropped");
        requests.send(request).expect("the writer ends with its last request");
        answer.recv().expect("the writer answers every request")
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Without a sender the thread comes to its end, and closes its connection.
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
