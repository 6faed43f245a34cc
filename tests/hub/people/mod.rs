//! People: who they are, how they sign in, and what a page of another site can't do in their name.

mod administration;
mod commands;
mod cross_site;
mod ends;
mod races;
mod sessions;
mod sign_in;
mod terminal;
