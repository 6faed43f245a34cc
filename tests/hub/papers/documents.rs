//! Documents are kept as they came and given out to those who take part.

use mahakam::access::Role;
use mahakam::config::DatabaseConfig;
use mahakam::store::{Store, documents, integrations, letters};
use mahakam::types::Digest;

use super::{integration, manage, pdf, upload};
use crate::chains::{plan, watch};
use crate::harness::TestHub;

#[tokio::test]
async fn a_document_comes_back_byte_for_byte() {
    let hub = TestHub::start().await;
    let number = integration(&hub, &["bkd"]);
    let path = format!("/admin/integrations/{number}/documents");
    // Longer than two pieces, and not by a whole piece.
    let bytes = pdf(600_000);
    let digest = Digest::of(&bytes).to_string();
    let query = "kind=request-letter&name=Surat%20%C3%A9.pdf&step=1&round=1&place=Lemari%203&note=asli";
    let added = upload(&hub, &path, query, bytes.clone()).await;
    let document = added.expect(201);
    assert_eq!(document["title"], "Surat Permohonan");
    assert_eq!(document["media_type"], "application/pdf");
    assert_eq!(document["sha256"], digest);
    assert_eq!(document["integration"], number);
    assert_eq!(
        (&document["step"], &document["place"]),
        (&1.into(), &"Lemari 3".into())
    );
    assert_eq!(document["added_by"], "admin-key");
    let content = document["content"].as_str().unwrap().to_owned();
    let (headers, read) = manage(&hub, "GET", &content).downloaded().await;
    assert!(read == bytes);
    assert_eq!(headers["etag"], format!("\"{digest}\"").as_str());
    assert_eq!(
        headers["content-disposition"],
        "attachment; filename=\"Surat _.pdf\"; filename*=UTF-8''Surat%20%C3%A9.pdf"
    );
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["content-length"], bytes.len().to_string().as_str());
    let same = manage(&hub, "GET", &content).header("If-None-Match", &format!("\"{digest}\""));
    same.await.is(304);
    manage(&hub, "HEAD", &content).await.is(200);
    let shown = manage(&hub, "GET", added.header("location").trim_start_matches(&hub.url)).await;
    assert_eq!(shown.expect(200), document);
}

#[tokio::test]
async fn a_new_file_is_the_next_version_and_the_old_one_stays() {
    let hub = TestHub::start().await;
    let number = integration(&hub, &["bkd"]);
    let path = format!("/admin/integrations/{number}/documents");
    let add = async |query: &str, body: &str| upload(&hub, &path, query, body.as_bytes()).await.expect(201);
    let first = add("kind=database-structure&name=a.json&step=1&round=1", "{\"a\": 1}").await;
    let second = add("kind=database-structure&name=b.json&step=1&round=1", "{\"a\": 2}").await;
    // Without a step it is that where the file is.
    let third = add("kind=database-structure&name=b.json", "{\"a\": 3}").await;
    let other_kind = add("kind=other&name=b.json", "{\"a\": 4}").await;
    let versions = [&first, &second, &third, &other_kind].map(|one| one["version"].as_i64().unwrap());
    assert_eq!(versions, [1, 2, 3, 1]);
    let read = manage(&hub, "GET", first["content"].as_str().unwrap()).await;
    assert_eq!(read.is(200).body, "{\"a\": 1}");
    let page = manage(&hub, "GET", &format!("{path}?limit=3")).await.expect(200);
    assert_eq!(page["documents"].as_array().unwrap().len(), 3);
    let next = page["next"].as_str().unwrap();
    let rest = manage(&hub, "GET", &format!("{path}?limit=3&cursor={next}"))
        .await
        .expect(200);
    assert_eq!(rest["documents"][0]["id"], other_kind["id"]);
    // Nothing takes a document away.
    let place = format!("/admin/documents/{}", first["id"]);
    manage(&hub, "DELETE", &place).await.is(405);
}

/// A form with these texts and a file that is called so.
fn form(texts: &[(&str, &str)], name: &str, file: &[u8]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, text) in texts {
        let head = format!("--grenze\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        form.extend_from_slice(head.as_bytes());
    }
    let head = format!(
        "--grenze\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/html\r\n\r\n"
    );
    [&form, head.as_bytes(), file, b"\r\n--grenze--\r\n"].concat()
}

#[tokio::test]
async fn a_page_may_send_a_form() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_MAX_DOCUMENT_BYTES", 700_000)
        .start()
        .await;
    let path = format!("/admin/integrations/{}/documents", integration(&hub, &["bkd"]));
    let send = |body: Vec<u8>| {
        let call = manage(&hub, "POST", &path);
        call.body("multipart/form-data; boundary=grenze", body)
    };
    let bytes = pdf(600_000);
    let texts = [
        ("kind", "request-letter"),
        ("step", "1"),
        ("round", ""),
        ("note", "asli \u{e9}"),
    ];
    let added = send(form(&texts, "Surat.pdf", &bytes)).await.expect(201);
    assert_eq!((&added["name"], &added["step"]), (&"Surat.pdf".into(), &1.into()));
    assert_eq!(
        (&added["round"], &added["note"]),
        (&1.into(), &"asli \u{e9}".into())
    );
    let (_, read) = manage(&hub, "GET", added["content"].as_str().unwrap())
        .downloaded()
        .await;
    assert!(read == bytes);
    let large = send(form(&texts, "a.pdf", &pdf(710_000))).await;
    large.problem(413, "body-too-large");
    let other = send(form(&texts, "a.png", &bytes)).await;
    other.problem(422, "file-refused");
    let unknown = send(form(&[("kind", "other"), ("size", "3")], "a.pdf", &bytes)).await;
    unknown.problem(400, "unknown-parameter");
    let long = "x".repeat(20_000);
    for broken in [
        form(&[("kind", "other"), ("note", &long)], "a.pdf", &bytes),
        b"--grenze\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nother\r\n--grenze--\r\n".to_vec(),
        b"no form at all".to_vec(),
    ] {
        send(broken).await.problem(400, "bad-body");
    }
}

#[tokio::test]
async fn two_who_add_at_once_get_two_versions() {
    let hub = TestHub::start().await;
    let number = integration(&hub, &["bkd"]);
    let path = format!("/admin/integrations/{number}/documents");
    let add = || upload(&hub, &path, "kind=other&name=a.json", "{}");
    let added = futures_util::future::join_all((0..6).map(|_| async { add().await.expect(201) })).await;
    let mut versions: Vec<i64> = added.iter().map(|one| one["version"].as_i64().unwrap()).collect();
    versions.sort_unstable();
    assert_eq!(versions, [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn the_people_of_another_agency_see_nothing_of_it() {
    let hub = TestHub::start().await;
    let number = integration(&hub, &["bkd", "bappeda"]);
    let path = format!("/admin/integrations/{number}/documents");
    let own = hub.person("siti", &[Role::Opd], Some("bappeda")).await;
    let other = hub.person("budi", &[Role::Opd], Some("dinkes")).await;
    let file = format!("{path}?kind=other&name=a.json");
    let added = hub.call("POST", &file).cookie(&own).json("{}").await.expect(201);
    assert_eq!(added["added_by"], "person:siti");
    let content = added["content"].as_str().unwrap();
    let place = format!("/admin/documents/{}", added["id"]);
    for path in [content, &place, &path] {
        hub.call("GET", path).cookie(&own).await.is(200);
    }
    for path in [content, &place] {
        let refused = hub.call("GET", path).cookie(&other).await;
        refused.problem(404, "unknown-document");
    }
    let list = hub.call("GET", &path).cookie(&other).await;
    list.problem(404, "unknown-integration");
    let refused = hub.call("POST", &file).cookie(&other).json("{}").await;
    refused.problem(404, "unknown-integration");
    let paper = format!("/admin/integrations/{number}/papers/formulation");
    hub.call("GET", &paper).cookie(&own).await.is(200);
    let refused = hub.call("GET", &paper).cookie(&other).await;
    refused.problem(404, "unknown-integration");
}

#[tokio::test]
async fn documents_and_letters_are_found_without_reading_all_of_them() {
    let hub = TestHub::start().await;
    let config = DatabaseConfig {
        url: hub.database.url().to_owned(),
        pool_size: 1,
    };
    let mut connection = Store::open(&config).unwrap().dedicated().unwrap();
    let seen = watch(&mut connection);
    documents::find(&mut connection, 1).unwrap();
    documents::chunk(&mut connection, 1, 0).unwrap();
    documents::of_integration(&mut connection, 1).unwrap();
    integrations::papers::of(&mut connection, 1).unwrap();
    documents::of_letter(&mut connection, 1).unwrap();
    letters::of_integration(&mut connection, 1).unwrap();
    letters::dispositions(&mut connection, &[1, 2]).unwrap();
    letters::page(&mut connection, 100, None, 10).unwrap();
    letters::page(&mut connection, 100, Some("bkd"), 10).unwrap();
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    assert_eq!(seen.len(), 10);
    for text in seen {
        let plan = plan(&mut connection, &text);
        for line in plan.lines() {
            let whole = line.contains("Seq Scan on") || line.trim_start().starts_with("SCAN ");
            assert!(!whole, "{plan}\n\nof\n{text}");
        }
    }
}
