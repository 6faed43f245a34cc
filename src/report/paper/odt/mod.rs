//! A paper as an OpenDocument 1.3 text.
//!
//! Not here: how it looks (`styles`) and what it says (`content`). Invariant: the same paper makes the same
//! bytes; every page carries the paper's footer and its number.

mod content;
mod styles;
mod widths;

use std::io::{Cursor, Result};

use super::Paper;
use crate::report::package::Package;
use crate::report::xml::escape;

const MIMETYPE: &str = "application/vnd.oasis.opendocument.text";

const MANIFEST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="application/vnd.oasis.opendocument.text"/><manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/><manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"#;

/// The namespaces of all parts.
const NAMESPACES: &str = r#"xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3""#;

impl Paper {
    /// As an OpenDocument text.
    ///
    /// # Errors
    /// When the archive can't be written.
    pub fn to_odt(&self) -> Result<Vec<u8>> {
        let mut package = Package::begin(Cursor::new(Vec::new()));
        // First and as it is, so that the type can be seen from outside (ODF 1.3 part 2, section 3.3).
        package.stored("mimetype", MIMETYPE)?;
        package.part("META-INF/manifest.xml", MANIFEST)?;
        package.part("meta.xml", &self.meta())?;
        package.part("styles.xml", &styles::styles(self))?;
        package.part("content.xml", &content::content(self))?;
        package.finish().map(Cursor::into_inner)
    }

    fn meta(&self) -> String {
        let mut meta = begin("document-meta");
        meta.push_str("<office:meta><meta:generator>Mahakam/");
        meta.push_str(env!("CARGO_PKG_VERSION"));
        meta.push_str("</meta:generator><dc:title>");
        escape(&mut meta, &self.title);
        meta.push_str("</dc:title><dc:language>id-ID</dc:language>");
        if let Some(at) = self.as_of {
            meta.push_str(&format!("<meta:creation-date>{at}</meta:creation-date>"));
        }
        meta.push_str("</office:meta></office:document-meta>");
        meta
    }
}

/// The beginning of a part.
fn begin(root: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:{root} {NAMESPACES}>")
}
