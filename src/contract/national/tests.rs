//! Tables of numbers, right and wrong; all are made up.

use super::{FORMATS, find};
use crate::types::Lang;

/// Texts of a format with the Indonesian fault of each; none where it is valid.
type Cases = &'static [(&'static str, &'static str)];

const NIK: Cases = &[
    ("6472015708900001", ""),
    ("6408020203850002", ""),
    ("6472013112999999", ""),
    ("6472017112999999", ""),
    ("6472012902000001", ""),
    ("6472016902040001", ""),
    ("9601010101010001", ""),
    ("647201570890000", "harus 16 angka, bukan 15"),
    ("64720157089000011", "harus 16 angka, bukan 17"),
    ("", "harus 16 angka, bukan 0"),
    ("6472-15708900001", "karakter ke-5 bukan angka"),
    (" 6472015708900001", "karakter ke-1 bukan angka"),
    ("647201570890000\u{661}", "karakter ke-16 bukan angka"),
    (
        "1072015708900001",
        "kode provinsi 10 tidak ada, yang pertama 11 (angka ke-1 dan ke-2)",
    ),
    (
        "6400015708900001",
        "kode kabupaten/kota 00 tidak ada (angka ke-3 dan ke-4)",
    ),
    (
        "6472005708900001",
        "kode kecamatan 00 tidak ada (angka ke-5 dan ke-6)",
    ),
    ("6472010113900001", "bulan 13 tidak ada (angka ke-9 dan ke-10)"),
    ("6472010100900001", "bulan 00 tidak ada (angka ke-9 dan ke-10)"),
    ("6472010001900001", "tanggal 00 tidak ada"),
    ("6472013201900001", "tanggal 32 tidak ada"),
    ("6472014001900001", "untuk perempuan (angka ke-7 dan ke-8)"),
    ("6472017201900001", "tanggal 72 tidak ada"),
    (
        "6472013102900001",
        "tanggal 31 pada bulan 2 tidak ada (angka ke-7 sampai ke-12)",
    ),
    ("6472017104900001", "tanggal 31 pada bulan 4 tidak ada"),
    (
        "6472012902990001",
        "tanggal 29 pada bulan 2 tahun yang berakhir dengan 99 tidak ada",
    ),
    (
        "6472015708900000",
        "nomor urut 0000 tidak ada, yang pertama 0001 (angka ke-13 sampai ke-16)",
    ),
];

const NIP: Cases = &[
    ("199008172015032001", ""),
    ("198503022010011002", ""),
    ("199602292020121001", ""),
    ("200002292022032999", ""),
    ("199203152023211012", ""),
    ("19900817201503200", "harus 18 angka, bukan 17"),
    ("19900817 201503 2 001", "karakter ke-9 bukan angka"),
    (
        "179908172015032001",
        "tahun 1799 di luar 1900 sampai 2099 (angka ke-1 sampai ke-4)",
    ),
    ("199013172015032001", "bulan 13 tidak ada (angka ke-5 dan ke-6)"),
    (
        "199002312015032001",
        "tanggal 31 pada bulan 2 tidak ada (angka ke-1 sampai ke-8)",
    ),
    ("199008002015032001", "tanggal 0 pada bulan 8 tidak ada"),
    (
        "190002292015032001",
        "tanggal 29 pada bulan 2 tahun 1900 tidak ada",
    ),
    (
        "199008170215032001",
        "tahun 0215 di luar 1900 sampai 2099 (angka ke-9 sampai ke-12)",
    ),
    ("199008172015132001", "bulan 13 tidak ada (angka ke-13 dan ke-14)"),
    ("199008172015202001", "bulan 20 tidak ada"),
    ("199008172015302001", "bulan 30 tidak ada"),
    (
        "199008171989122001",
        "pengangkatan mendahului kelahiran (angka ke-9 sampai ke-14)",
    ),
    ("199008171990072001", "pengangkatan mendahului kelahiran"),
    (
        "199008172015033001",
        "jenis kelamin 3 tidak ada, harus 1 (laki-laki) atau 2 (perempuan) (angka ke-15)",
    ),
];

const NPWP: Cases = &[
    ("012345678901000", ""),
    ("0012345678901000", ""),
    ("998765432109001", ""),
    ("6472015708900001", ""),
    (
        "01.234.567.8-901.000",
        "tulis angkanya saja, tanpa titik, tanda hubung atau spasi: 012345678901000",
    ),
    ("01234567890100", "harus 15 atau 16 angka, bukan 14"),
    ("0012345678901000000000", "harus 15 atau 16 angka, bukan 22"),
    ("01234567890100A", "karakter ke-15 bukan angka"),
    ("01.234.567", "karakter ke-3 bukan angka"),
    ("000000000000000", "semua angkanya 0"),
    ("6472010113900001", "bulan 13 tidak ada (angka ke-9 dan ke-10)"),
    ("1012345678901000", "kode provinsi 10 tidak ada"),
];

const REGION: Cases = &[
    ("64", ""),
    ("64.08", ""),
    ("64.08.02", ""),
    ("64.08.02.2001", ""),
    ("11.10", ""),
    ("6408", "tulis dengan titik: 64.08"),
    ("640802", "tulis dengan titik: 64.08.02"),
    ("6408022001", "tulis dengan titik: 64.08.02.2001"),
    ("", "bagian provinsi harus 2 angka"),
    ("6", "bagian provinsi harus 2 angka"),
    ("64.8", "bagian kabupaten/kota harus 2 angka"),
    ("64.", "bagian kabupaten/kota harus 2 angka"),
    ("64.08.2", "bagian kecamatan harus 2 angka"),
    ("64.08.02.001", "bagian desa/kelurahan harus 4 angka"),
    ("64.08.02.2001.1", "paling banyak empat bagian"),
    ("64.00", "kode kabupaten/kota 00 tidak ada"),
    ("64.08.02.0000", "kode desa/kelurahan 0000 tidak ada"),
    ("10", "kode provinsi 10 tidak ada"),
    ("64,08", "bagian provinsi harus 2 angka"),
];

#[test]
fn each_number_is_judged_by_its_parts() {
    for (name, cases) in [
        ("nik", NIK),
        ("nip", NIP),
        ("npwp", NPWP),
        ("kode-wilayah", REGION),
    ] {
        let format = find(name).unwrap();
        for (text, fault) in cases {
            let judged = (format.judge)(text);
            let told = judged
                .as_ref()
                .err()
                .map_or("", |fault| fault.to(Lang::Id))
                .to_owned();
            assert_eq!(judged.is_ok(), fault.is_empty(), "{name} {text:?}: {told}");
            assert!(told.contains(fault), "{name} {text:?}: {told}");
        }
    }
}

#[test]
fn a_fault_is_told_in_both_languages() {
    let fault = (find("nik").unwrap().judge)("6472010113900001").unwrap_err();
    assert_eq!(
        (fault.to(Lang::Id), fault.to(Lang::En)),
        (
            "NIK salah: bulan 13 tidak ada (angka ke-9 dan ke-10).",
            "The NIK is wrong: there is no month 13 (digits 9 and 10)."
        )
    );
}

#[test]
fn examples_are_valid_and_look_as_valid_texts_do() {
    let all = [
        ("nik", NIK),
        ("nip", NIP),
        ("npwp", NPWP),
        ("kode-wilayah", REGION),
    ];
    for format in &FORMATS {
        let looks = regex::Regex::new(format.looks).unwrap();
        let (_, cases) = all.iter().find(|(name, _)| *name == format.name).unwrap();
        let valid = cases
            .iter()
            .filter(|(_, fault)| fault.is_empty())
            .map(|(text, _)| *text);
        for text in format.examples.iter().copied().chain(valid) {
            assert!(
                (format.judge)(text).is_ok() && looks.is_match(text),
                "{} {text}",
                format.name
            );
        }
    }
}
