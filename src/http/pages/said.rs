//! [`Said`]: what a page tells that was done just now.
//!
//! Invariant: an address can make a page say these sentences and no other.

use super::say::Say;

macro_rules! said {
    ($($(#[$doc:meta])* $name:ident = $code:literal: $id:literal / $en:literal;)*) => {
        /// See the module.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(in crate::http) enum Said {
            $($(#[$doc])* $name,)*
        }

        impl Said {
            /// The word in addresses.
            pub(super) fn code(self) -> &'static str {
                match self { $(Said::$name => $code,)* }
            }

            /// Reads the word in addresses.
            pub(super) fn read(code: &str) -> Option<Self> {
                match code { $($code => Some(Said::$name),)* _ => None }
            }

            /// The sentence.
            pub(super) fn words(self, say: Say) -> &'static str {
                match self { $(Said::$name => say.it($id, $en),)* }
            }
        }
    };
}

said! {
    /// Something is new.
    Added = "added": "Tersimpan sebagai data baru." / "Added.";
    /// The same form was taken before.
    Before = "before": "Formulir ini sudah dikirim sebelumnya; inilah hasilnya. Untuk membuat yang lain, buka formulirnya lagi." / "This form was taken before; this is what came of it. To make another, open the form again.";
    /// A key was made by a form that was sent again.
    KeyBefore = "key-before": "Formulir ini sudah dikirim sebelumnya dan kuncinya sudah ditampilkan saat itu. Bila belum disalin, cabut kunci itu dan buat yang baru." / "This form was taken before, and its key was shown then. If it was not copied, revoke it and make another.";
    /// A secret was made by a form that was sent again.
    SecretBefore = "secret-before": "Formulir ini sudah dikirim sebelumnya dan rahasianya sudah ditampilkan saat itu. Bila belum disalin, tukar rahasianya." / "This form was taken before, and its secret was shown then. If it was not copied, exchange it.";
    /// Changes are delivered once more.
    Replayed = "replayed": "Perubahan akan dikirim sekali lagi." / "The changes will be sent once more.";
    /// Something is other than before.
    Saved = "saved": "Perubahan tersimpan." / "Saved.";
    /// Something is gone, or at its end.
    Ended = "ended": "Sudah diakhiri." / "Ended.";
    /// A step was completed, or an act of the procedure written down.
    Done = "done": "Tercatat." / "Written down.";
    /// A file is kept.
    Kept = "kept": "Berkas tersimpan." / "The file is kept.";
    /// Something was sent once more.
    Sent = "sent": "Terkirim." / "Sent.";
    /// A refused payload was corrected and is stored.
    Repaired = "repaired": "Tersimpan: data yang ditolak ini sudah diperbaiki." / "Stored: what was refused is corrected.";
    /// The password is another.
    Password = "password": "Kata sandi diganti; sesi Anda di tempat lain diakhiri." / "Your password was changed; you are signed out everywhere else.";
    /// Somebody left.
    SignedOut = "signed-out": "Anda sudah keluar." / "You are signed out.";
}
