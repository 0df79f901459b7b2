//! What the operating system offers, used so that nothing is lost: [`input`] files that end, [`Destination`]s that a user
//! names, an [`OwnFolder`] in which only files of our own are changed, free [`memory`], and [`Signals`].
//!
//! This crate knows no studies, no formats and no terminal. All rules on kinds of files, links and modes are here, so that
//! no other code has to remember them.

mod destination;
mod identity;
pub mod input;
pub mod memory;
mod mounts;
mod own_folder;
mod refusal;
mod signals;
mod whole;

pub use destination::Destination;
pub use identity::{Identity, folder_of, is_same_file};
pub use mounts::mounts;
pub use own_folder::{OwnFolder, check_own};
pub use refusal::Refusal;
pub use signals::Signals;
