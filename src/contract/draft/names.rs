//! What the name of a field suggests: a code, an identifier, an amount, a person.
//!
//! Names are only ever a hint beside what the values show. Invariant: a name is judged by its words,
//! so that `kodePos`, `kode_pos` and `Kode Pos` are the same.

use crate::types::Pointer;

/// Words of codes: never a number, whatever the digits look like.
const CODES: &[&str] = &[
    "code", "fax", "hp", "isbn", "kk", "kode", "nik", "nip", "nisn", "no", "nomor", "npsn", "npwp", "nuptk",
    "phone", "rekening", "telepon", "telp", "zip",
];
/// Words of identifiers, which may be counted.
const IDS: &[&str] = &["guid", "id", "ids", "key", "uuid"];
/// Words of years, which are integers.
const YEARS: &[&str] = &["tahun", "thn", "year"];
/// Words of amounts and measures: never codes, never keys.
const AMOUNTS: &[&str] = &[
    "amount",
    "anggaran",
    "balita",
    "berat",
    "biaya",
    "bobot",
    "bujur",
    "cost",
    "count",
    "gaji",
    "harga",
    "jiwa",
    "jml",
    "jumlah",
    "kapasitas",
    "kasus",
    "lat",
    "latitude",
    "lebar",
    "lintang",
    "lon",
    "long",
    "longitude",
    "luas",
    "nilai",
    "pagu",
    "panjang",
    "penduduk",
    "persen",
    "persentase",
    "populasi",
    "pria",
    "price",
    "rate",
    "rata",
    "realisasi",
    "skor",
    "speed",
    "suhu",
    "tinggi",
    "total",
    "umur",
    "urut",
    "urutan",
    "usia",
    "volume",
    "wanita",
];
/// Names of fields that are about a person wherever they stand.
const PERSONAL: &[&[&str]] = &[
    &["nik"],
    &["nip"],
    &["nisn"],
    &["nuptk"],
    &["npwp"],
    &["email"],
    &["surel"],
    &["hp"],
    &["telepon"],
    &["telp"],
    &["ponsel"],
    &["paspor"],
    &["rekening"],
    &["agama"],
    &["no", "kk"],
    &["nomor", "kk"],
    &["tempat", "lahir"],
    &["tanggal", "lahir"],
    &["tgl", "lahir"],
    &["nama", "lengkap"],
    &["nama", "pegawai"],
    &["nama", "siswa"],
    &["nama", "pasien"],
    &["nama", "ibu"],
    &["nama", "ayah"],
    &["jenis", "kelamin"],
    &["golongan", "darah"],
];
/// Names that are about a person only beside one of the others: places and agencies have them, too.
const PERSONAL_BESIDE: &[&str] = &["nama", "alamat", "rt", "rw", "foto"];

/// The words of a field's name, in lower case.
#[derive(Debug)]
pub(super) struct Words(Vec<String>);

impl Words {
    /// Of the innermost name.
    pub(super) fn of(field: &Pointer) -> Self {
        let mut words = vec![String::new()];
        let mut small = false;
        for c in field.segments().last().unwrap_or_default().chars() {
            let begins = !c.is_alphanumeric() || (small && c.is_uppercase());
            if begins {
                words.push(String::new());
            }
            small = c.is_lowercase() || c.is_numeric();
            if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
                word.extend(c.to_lowercase());
            }
        }
        words.retain(|word| !word.is_empty());
        Words(words)
    }

    fn any(&self, known: &[&str]) -> bool {
        self.0.iter().any(|word| known.contains(&word.as_str()))
    }

    /// Whether it is this one word.
    pub(super) fn is_only(&self, word: &str) -> bool {
        matches!(self.0.as_slice(), [only] if only == word)
    }

    /// Whether it suggests an amount or a measure.
    pub(super) fn amount(&self) -> bool {
        self.any(AMOUNTS)
    }

    /// Whether it counts or measures what it names, as `jumlah_kk` does: in Indonesian the first word
    /// says what a thing is.
    fn counts(&self) -> bool {
        let first = self.0.first();
        first.is_some_and(|word| AMOUNTS.contains(&word.as_str()))
    }

    /// Whether it suggests a code. `No` alone is a number of a line.
    pub(super) fn code(&self) -> bool {
        let kode = self.0.iter().any(|word| word.starts_with("kode"));
        !self.counts() && !self.any(&["urut", "urutan"]) && !self.is_only("no") && (kode || self.any(CODES))
    }

    /// Whether it suggests an identifier.
    pub(super) fn id(&self) -> bool {
        !self.amount() && self.any(IDS)
    }

    /// Whether it suggests a year.
    pub(super) fn year(&self) -> bool {
        self.any(YEARS)
    }

    /// Whether it suggests a name or another text for people.
    pub(super) fn label(&self) -> bool {
        self.any(&[
            "nama",
            "name",
            "judul",
            "title",
            "alamat",
            "keterangan",
            "catatan",
            "deskripsi",
            "description",
        ])
    }

    /// Whether it holds a word that begins so.
    pub(super) fn begins(&self, beginnings: &[&str]) -> bool {
        let begins = |word: &String| beginnings.iter().any(|beginning| word.starts_with(beginning));
        self.0.iter().any(begins)
    }

    /// Whether it suggests data about a person wherever it stands.
    pub(super) fn personal(&self) -> bool {
        let all = |name: &[&str]| name.iter().all(|word| self.0.iter().any(|known| known == word));
        !self.counts() && PERSONAL.iter().any(|name| all(name))
    }

    /// Whether it suggests data about a person beside another such field.
    pub(super) fn personal_beside(&self) -> bool {
        self.personal() || self.any(PERSONAL_BESIDE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &str) -> Words {
        Words::of(&Pointer::default().child(name))
    }

    #[test]
    fn names_are_judged_by_their_words() {
        for name in [
            "kode",
            "kodePos",
            "Kode Pos",
            "KODEPOS",
            "no_hp",
            "NIP",
            "unit.code",
        ] {
            assert!(words(name).code(), "{name}");
        }
        for name in [
            "No",
            "no_urut",
            "jumlah_kk",
            "nama",
            "metode",
            "total kode",
            "nomor urut",
        ] {
            assert!(!words(name).code(), "{name}");
        }
        assert!(words("pegawai_id").id() && !words("idaman").id());
        assert!(words("tahunAnggaran").year());
    }

    #[test]
    fn a_name_or_an_address_is_personal_only_beside_a_person() {
        for name in ["nik", "nik panjang", "Tanggal Lahir", "noHp", "tempat_lahir"] {
            assert!(words(name).personal(), "{name}");
        }
        for name in ["nama", "alamat"] {
            assert!(!words(name).personal() && words(name).personal_beside(), "{name}");
        }
        assert!(!words("jumlah_lahir").personal() && !words("jumlah_nik").personal());
    }
}
