//! [`Limited`]: which limit was reached.

use crate::types::Text;

/// Which limit was reached, and how high it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    /// Requests in a second.
    Requests(u32),
    /// Records in a second.
    Records(u32),
    /// Requests at the same time.
    Concurrent(u32),
    /// Bytes of bodies at the same time.
    Bytes(u64),
    /// Requests in a second from one address by whoever does not say who they are.
    Address(u32),
}

impl Limited {
    /// What the caller is told, who may try again after so many seconds.
    pub(super) fn detail(self, seconds: u32) -> Text {
        let (indonesian, english) = match self {
            Limited::Requests(most) => (
                format!("Paling banyak {most} permintaan per detik."),
                format!("At most {most} requests a second."),
            ),
            Limited::Records(most) => (
                format!("Paling banyak {most} rekaman per detik."),
                format!("At most {most} records a second."),
            ),
            Limited::Concurrent(most) => (
                format!("Paling banyak {most} permintaan pada saat yang sama."),
                format!("At most {most} requests at the same time."),
            ),
            Limited::Bytes(most) => (
                format!("Paling banyak {most} bita isi permintaan pada saat yang sama."),
                format!("At most {most} bytes of request bodies at the same time."),
            ),
            Limited::Address(most) => (
                format!("Paling banyak {most} permintaan tanpa pengenal per detik dari satu alamat."),
                format!("At most {most} requests a second from one address without credentials."),
            ),
        };
        Text::new(
            format!("{indonesian} Coba lagi setelah {seconds} detik."),
            format!("{english} Try again after {seconds} seconds."),
        )
    }
}
