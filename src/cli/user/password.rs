//! Where a password comes from: the terminal, standard input, or nowhere, made up.
//!
//! Invariant: it is printed only where it was made up on request, and then once; at the terminal it is not
//! shown.

use std::io::{BufRead as _, IsTerminal as _};

use clap::Args;
use console::Term;

use crate::access::{PersonName, StoredPassword};
use crate::cli::Failure;
use crate::cli::output::prompt;
use crate::hub::{Hub, made_up_password, may_be_chosen};

/// What was said of it; nothing means: ask at the terminal, read a line where there is none.
#[derive(Debug, Args)]
pub(in crate::cli) struct Source {
    /// Make a password up and print it, this once, instead of asking for it.
    #[arg(long)]
    make_password: bool,
    /// Read the password from the first line of standard input, even if that is a terminal.
    #[arg(long, conflicts_with = "make_password")]
    password_stdin: bool,
}

/// A password that was chosen.
pub(super) struct Chosen {
    /// What is stored of it.
    pub(super) stored: StoredPassword,
    /// The password itself, if nobody else knows it yet.
    pub(super) made_up: Option<String>,
}

impl Source {
    /// The password for `name`.
    pub(super) fn password(&self, hub: &Hub, name: &PersonName) -> Result<Chosen, Failure> {
        let (password, made_up) = if self.make_password {
            let made_up = made_up_password()?;
            (made_up.clone(), Some(made_up))
        } else if self.password_stdin || !std::io::stdin().is_terminal() {
            (line()?, None)
        } else {
            (typed(name)?, None)
        };
        let stored = hub.new_password(name, &password)?;
        Ok(Chosen { stored, made_up })
    }
}

/// The first line of standard input.
fn line() -> Result<String, Failure> {
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(Failure(
            "There is no password on standard input. Type it at a terminal, send it as a line, or have one \
             made up with --make-password."
                .to_owned(),
        ));
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// What is typed twice at the terminal.
fn typed(name: &PersonName) -> Result<String, Failure> {
    let terminal = Term::stderr();
    if !terminal.is_term() {
        return Err(Failure(
            "The password can't be asked for, because standard error is no terminal. Send it as a line \
             with --password-stdin, or have one made up with --make-password."
                .to_owned(),
        ));
    }
    prompt(&format!(
        "Password for {name} (12 characters or more, not shown): "
    ));
    let password = terminal.read_secure_line()?;
    // Told before it is typed again.
    may_be_chosen(name, &password)?;
    prompt("The same again: ");
    if terminal.read_secure_line()? != password {
        return Err(Failure(
            "The two passwords differ. Nothing was changed.".to_owned(),
        ));
    }
    Ok(password)
}

/// A password that was made up, as the last line of what is told.
pub(super) fn shown(made_up: Option<&str>) -> String {
    made_up.map_or(String::new(), |password| {
        format!("\nPassword (shown this once): {password}")
    })
}
