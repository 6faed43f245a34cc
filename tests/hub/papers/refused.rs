//! Files that are not taken: nothing of them is kept.

use super::{archive, integration, manage, pdf, upload};
use crate::harness::{ADMIN_KEY, TestHub, raw};

/// How many documents and pieces of them there are.
fn kept(hub: &TestHub) -> i64 {
    let count = "SELECT (SELECT count(*) FROM document) + (SELECT count(*) FROM document_chunk)";
    hub.database.beside().number(count)
}

#[tokio::test]
async fn what_is_not_what_its_name_says_is_refused_and_nothing_is_kept() {
    let hub = TestHub::start().await;
    let path = format!("/admin/integrations/{}/documents", integration(&hub, &["bkd"]));
    let zeros = vec![0; 80 << 20];
    let bomb = archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", &zeros),
    ]);
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("a.odt", pdf(10), "ODT"),
        ("a.pdf", b"<html><script>alert(1)</script></html>".to_vec(), "PDF"),
        ("a.docx", archive(&[("a.txt", b"a")]), "ZIP"),
        ("a.odt", bomb, "jauh lebih besar"),
        ("a.doc", pdf(10), "odt, ods, pdf"),
        ("a.json", Vec::new(), "kosong"),
    ];
    for (name, bytes, said) in cases {
        let refused = upload(&hub, &path, &format!("kind=other&name={name}"), bytes).await;
        let problem = refused.problem(422, "file-refused");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(said), "{name}: {detail}");
    }
    assert_eq!(kept(&hub), 0);
}

#[tokio::test]
async fn what_is_said_of_a_file_is_checked() {
    let hub = TestHub::start().await;
    let number = integration(&hub, &["bkd"]);
    let path = format!("/admin/integrations/{number}/documents");
    for query in [
        "name=a.json",
        "kind=other",
        "kind=nothing-such&name=a.json",
        "kind=Other&name=a.json",
        "kind=other&name=..%2Fa.json",
        "kind=other&name=a%0A.json",
        "kind=other&name=a.json&step=13",
        "kind=other&name=a.json&step=0",
        "kind=other&name=a.json&round=2",
    ] {
        let refused = upload(&hub, &path, query, "{}").await;
        refused.problem(400, "bad-parameter");
    }
    let refused = upload(&hub, &path, "kind=other&name=a.json&size=3", "{}").await;
    refused.problem(400, "unknown-parameter");
    for wrong in ["2026/99", "2026/x", "26/1"] {
        let path = format!("/admin/integrations/{wrong}/documents");
        let refused = upload(&hub, &path, "kind=other&name=a.json", "{}").await;
        refused.problem(404, "unknown-integration");
    }
    for wrong in ["99", "x", "01"] {
        let refused = manage(&hub, "GET", &format!("/admin/documents/{wrong}/content")).await;
        refused.problem(404, "unknown-document");
    }
    assert_eq!(kept(&hub), 0);
}

/// A request that adds a file, with this head and as much of a body.
fn post(hub: &TestHub, path: &str, head: &str, body: &[u8]) -> (u16, String) {
    let request = format!(
        "POST {path}?kind=other&name=a.pdf HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {ADMIN_KEY}\r\n\
         Connection: close\r\n{head}\r\n\r\n"
    );
    let answer = raw(hub.address(), &[request.as_bytes(), body].concat());
    (answer.status, answer.body)
}

#[tokio::test]
async fn a_file_of_200_megabytes_is_refused_before_it_is_read() {
    let hub = TestHub::start().await;
    let path = format!("/admin/integrations/{}/documents", integration(&hub, &["bkd"]));
    let (status, body) = post(&hub, &path, "Content-Length: 209715200", b"%PDF-1.7");
    assert_eq!(status, 413, "{body}");
    assert!(body.contains("body-too-large"), "{body}");
    assert_eq!(kept(&hub), 0);
}

#[tokio::test]
async fn a_file_that_passes_the_bound_without_having_said_so_is_refused() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_MAX_DOCUMENT_BYTES", 300_000)
        .start()
        .await;
    let path = format!("/admin/integrations/{}/documents", integration(&hub, &["bkd"]));
    let parts = (0..40).map(|_| Ok::<_, std::io::Error>(vec![b' '; 100_000]));
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(parts));
    let call = manage(&hub, "POST", &format!("{path}?kind=other&name=a.json"));
    let refused = call.body("application/octet-stream", body).await;
    refused.problem(413, "body-too-large");
    let fits = upload(&hub, &path, "kind=other&name=a.pdf", pdf(299_980));
    fits.await.is(201);
    assert!(kept(&hub) > 0);
}

#[tokio::test]
async fn a_file_that_breaks_off_leaves_nothing() {
    let hub = TestHub::start().await;
    let path = format!("/admin/integrations/{}/documents", integration(&hub, &["bkd"]));
    let chunk = format!("{:x}\r\n", 1000);
    let body = [chunk.as_bytes(), &[b'x'; 400]].concat();
    let request = format!(
        "POST {path}?kind=other&name=a.pdf HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {ADMIN_KEY}\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    );
    let mut stream = std::net::TcpStream::connect(hub.address()).unwrap();
    std::io::Write::write_all(&mut stream, &[request.as_bytes(), &body].concat()).unwrap();
    drop(stream);
    // What comes behind it is answered, and is the first.
    let added = upload(&hub, &path, "kind=other&name=a.pdf", pdf(10))
        .await
        .expect(201);
    assert_eq!(added["version"], 1);
    assert_eq!(kept(&hub), 2);
}
