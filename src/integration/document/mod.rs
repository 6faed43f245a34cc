//! What files of an integration are: told by what is in them, never by their name.
//!
//! `content` looks into a file, `archive` into the ZIP archive that an office document is, `pdf` into a PDF. Not here: where a
//! file lies and who may have it. Invariant: looking costs bounded work and memory, whatever the file.

mod archive;
mod content;
mod fault;
mod name;
mod pdf;
#[cfg(test)]
mod tests;

pub use content::{Medium, examine};
pub use fault::ContentFault;
pub use name::{FileName, MAX_FILE_NAME};
