//! The program: parses the command and runs it.

use std::process::ExitCode;

/// The hub allocates small texts by the million; this allocator is faster at that than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    mahakam::cli::run()
}
