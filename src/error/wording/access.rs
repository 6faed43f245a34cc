//! What is said to those who are not known, or may not.
//!
//! Not here: who may, which `access` knows.

use crate::error::{Credentials, Forbidden};
use crate::types::{Right, Text};

/// How to say who one is.
pub(super) fn credentials_detail(credentials: Credentials) -> Text {
    match credentials {
        Credentials::Missing => Text::new(
            "Sertakan kunci API: Authorization: Bearer <kunci>; atau masuk dengan POST /session.",
            "Send your API key: Authorization: Bearer <key>; or sign in by POST /session.",
        ),
        Credentials::SignIn => Text::new(
            "Nama atau kata sandi salah, atau akun tidak aktif. Periksa keduanya, atau hubungi Pengelola Sistem.",
            "The name or the password is wrong, or the account is not active. Check both, or ask the operators.",
        ),
        Credentials::Invalid => Text::new(
            "Kunci API tidak dikenal atau sudah dicabut. Periksa kunci, atau minta yang baru kepada Pengelola Sistem.",
            "The API key is unknown or was revoked. Check it, or ask the operators for a new one.",
        ),
    }
}

/// Who may do it instead.
pub(super) fn forbidden_detail(forbidden: &Forbidden) -> Text {
    match forbidden {
        Forbidden::Right(dataset, right) => {
            let (id, en) = match right {
                Right::Push => ("mengirim data ke", "push to"),
                Right::Pull => ("mengambil data dari", "pull from"),
                Right::Live => ("memanggil langsung", "call live"),
            };
            Text::new(
                format!(
                    "OPD Anda tidak diberi hak untuk {id} {dataset}. Mintalah hak akses kepada OPD pemilik."
                ),
                format!(
                    "Your OPD was not granted the right to {en} {dataset}. Ask the owning OPD for a grant."
                ),
            )
        }
        Forbidden::OwnerOnly(dataset) => Text::new(
            format!("Hanya OPD pemilik {dataset} yang boleh melakukan ini."),
            format!("Only the owner of {dataset} may do this."),
        ),
        Forbidden::ManagementOnly => Text::new(
            "Hanya Pengelola Sistem yang boleh melakukan ini: gunakan MAHAKAM_ADMIN_KEY.",
            "Only the operators may do this: use MAHAKAM_ADMIN_KEY.",
        ),
        Forbidden::PersonOnly => Text::new(
            "Hanya orang yang perannya mencakup hal ini yang boleh melakukannya: masuklah dengan POST /session.",
            "Only a person whose role allows this may do it: sign in by POST /session.",
        ),
        Forbidden::Role => Text::new(
            "Peran Anda hari ini tidak mencakup hal ini. GET /session menunjukkan peran Anda.",
            "No role that you hold today allows this. GET /session tells your roles.",
        ),
        Forbidden::OtherOpd => Text::new(
            "Ini milik OPD lain; Anda hanya dapat melihat milik OPD Anda.",
            "This belongs to another OPD; you may see what is your own OPD's.",
        ),
        Forbidden::Step(text) => text.clone(),
        Forbidden::OwnRole => Text::new(
            "Tidak seorang pun memberi peran atau kata sandi kepada dirinya di sini. Mintalah Pengelola Sistem yang lain; ganti kata sandi sendiri dengan PUT /session/password.",
            "Nobody gives themselves a role or a password here. Ask another operator; change your own password by PUT /session/password.",
        ),
        Forbidden::CrossSite => Text::new(
            "Permintaan ini tidak berasal dari halaman hub. Kirim dari halaman hub, atau dengan header X-Requested-With dari sebuah program.",
            "This request did not come from a page of the hub. Send it from there, or from a program with the header X-Requested-With.",
        ),
        Forbidden::WrongPassword => Text::new(
            "Kata sandi yang sekarang salah.",
            "The current password is wrong.",
        ),
    }
}
