//! The program: parses the command and runs it.

use std::process::ExitCode;

fn main() -> ExitCode {
    mahakam::cli::run()
}
