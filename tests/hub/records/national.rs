//! Numbers of people, taxpayers and regions: what is wrong with one is told, not only that it is.

use serde_json::{Value, json};

use crate::harness::{TestHub, contracts};

fn with_numbers() -> Value {
    let mut contract = contracts::barang();
    for format in ["nik", "nip", "npwp", "kode-wilayah"] {
        contract["schema"]["properties"][format] = json!({"type": "string", "format": format});
    }
    contract
}

#[tokio::test]
async fn a_wrong_number_is_refused_with_the_part_that_is_wrong() {
    let (_hub, barang) = TestHub::with(with_numbers()).await;
    barang
        .push(
            json!({
                "id": "a", "nik": "6472015708900001", "nip": "199008172015032001",
                "npwp": "0012345678901000", "kode-wilayah": "64.08.02.2001"
            })
            .to_string(),
        )
        .await
        .is(201);
    let cases = [
        (
            "nik",
            "6472010113900001",
            "NIK salah: bulan 13 tidak ada (angka ke-9 dan ke-10).",
            "The NIK is wrong: there is no month 13 (digits 9 and 10).",
        ),
        (
            "nip",
            "199008172015033001",
            "NIP salah: jenis kelamin 3 tidak ada, harus 1 (laki-laki) atau 2 (perempuan) (angka ke-15).",
            "The NIP is wrong: there is no sex 3, it must be 1 (man) or 2 (woman) (digit 15).",
        ),
        (
            "npwp",
            "01.234.567.8-901.000",
            "NPWP salah: tulis angkanya saja, tanpa titik, tanda hubung atau spasi: 012345678901000.",
            "The NPWP is wrong: write the digits alone, without dots, hyphens or spaces: 012345678901000.",
        ),
        (
            "kode-wilayah",
            "6408",
            "Kode wilayah salah: tulis dengan titik: 64.08.",
            "The region code is wrong: write it with dots: 64.08.",
        ),
    ];
    for (format, number, id, en) in cases {
        let mut payload = json!({"id": "b"});
        payload[format] = number.into();
        let payload = payload.to_string();
        let answers = [
            (barang.push(&payload).await, id),
            (barang.push(&payload).english().await, en),
        ];
        for (answer, message) in answers {
            let problem = answer.problem(422, "contract-violated");
            assert_eq!(
                problem["violations"],
                json!([{
                    "pointer": format!("/{format}"), "keyword": "format", "expected": format, "message": message
                }])
            );
        }
    }
}
