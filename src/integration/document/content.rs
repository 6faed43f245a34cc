//! [`examine`]: which of the types that may be kept a file is.
//!
//! Invariant: a file is taken only if its content and the end of its name say the same.

use std::io::{BufReader, Read, Seek, SeekFrom};

use saphyr_parser::{Event, Parser};
use serde::de::IgnoredAny;

use super::{ContentFault, FileName, archive, pdf};

/// How much of a file's beginning tells its type.
const HEAD: u64 = 16;

/// The largest YAML file: it is looked at as a whole.
const MAX_YAML: u64 = 1 << 20;

/// A type of file that may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// OpenDocument text.
    Odt,
    /// OpenDocument spreadsheet.
    Ods,
    /// Portable Document Format.
    Pdf,
    /// Office Open XML text.
    Docx,
    /// Office Open XML spreadsheet.
    Xlsx,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
    /// Tagged Image File Format.
    Tiff,
}

impl Medium {
    /// All of them.
    pub const ALL: [Medium; 11] = [
        Medium::Odt,
        Medium::Ods,
        Medium::Pdf,
        Medium::Docx,
        Medium::Xlsx,
        Medium::Json,
        Medium::Yaml,
        Medium::Png,
        Medium::Jpeg,
        Medium::Webp,
        Medium::Tiff,
    ];

    /// Its media type.
    pub fn as_str(self) -> &'static str {
        match self {
            Medium::Odt => "application/vnd.oasis.opendocument.text",
            Medium::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Medium::Pdf => "application/pdf",
            Medium::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Medium::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Medium::Json => "application/json",
            Medium::Yaml => "application/yaml",
            Medium::Png => "image/png",
            Medium::Jpeg => "image/jpeg",
            Medium::Webp => "image/webp",
            Medium::Tiff => "image/tiff",
        }
    }

    /// How files of it end.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Medium::Odt => &["odt"],
            Medium::Ods => &["ods"],
            Medium::Pdf => &["pdf"],
            Medium::Docx => &["docx"],
            Medium::Xlsx => &["xlsx"],
            Medium::Json => &["json"],
            Medium::Yaml => &["yaml", "yml"],
            Medium::Png => &["png"],
            Medium::Jpeg => &["jpg", "jpeg"],
            Medium::Webp => &["webp"],
            Medium::Tiff => &["tif", "tiff"],
        }
    }

    /// How people call it.
    pub fn title(self) -> &'static str {
        match self {
            Medium::Odt => "ODT",
            Medium::Ods => "ODS",
            Medium::Pdf => "PDF",
            Medium::Docx => "DOCX",
            Medium::Xlsx => "XLSX",
            Medium::Json => "JSON",
            Medium::Yaml => "YAML",
            Medium::Png => "PNG",
            Medium::Jpeg => "JPEG",
            Medium::Webp => "WebP",
            Medium::Tiff => "TIFF",
        }
    }

    /// The type that files so called are said to be.
    pub fn named(name: &FileName) -> Option<Self> {
        let extension = name.extension()?;
        Medium::ALL
            .into_iter()
            .find(|medium| medium.extensions().contains(&extension.as_str()))
    }
}

/// Looks into a file that somebody called `name`, and gives its type.
///
/// # Errors
/// Why it is not taken; [`ContentFault::Unread`] when `file` fails.
pub fn examine(file: &mut (impl Read + Seek), name: &FileName) -> Result<Medium, ContentFault> {
    let Some(named) = Medium::named(name) else {
        return Err(ContentFault::Extension);
    };
    let length = file.seek(SeekFrom::End(0))?;
    if length == 0 {
        return Err(ContentFault::Empty);
    }
    file.rewind()?;
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    file.rewind()?;
    let found = match told_by(&head) {
        Told::Is(medium) => medium,
        Told::Archive => archive::medium(file, length)?,
        Told::Compound => return Err(ContentFault::Compound),
        // What has no mark is looked at as what it is said to be.
        Told::Nothing => return text(file, named, length),
    };
    if found != named {
        return Err(ContentFault::Mismatch { named, found });
    }
    if found == Medium::Pdf && !pdf::has_end(file, length)? {
        return Err(ContentFault::Damaged(found));
    }
    if found == Medium::Pdf && pdf::is_encrypted(file)? {
        return Err(ContentFault::Encrypted);
    }
    Ok(found)
}

/// What the first bytes of a file tell.
enum Told {
    /// It is this.
    Is(Medium),
    /// A ZIP archive.
    Archive,
    /// A compound file of older office programs, which is also what encrypted ones write.
    Compound,
    /// It has no mark.
    Nothing,
}

fn told_by(head: &[u8]) -> Told {
    match head {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Told::Archive,
        [b'%', b'P', b'D', b'F', b'-', ..] => Told::Is(Medium::Pdf),
        // The signature and the length and name of the first chunk (PNG, section 5.2).
        [
            0x89,
            b'P',
            b'N',
            b'G',
            13,
            10,
            26,
            10,
            0,
            0,
            0,
            13,
            b'I',
            b'H',
            b'D',
            b'R',
        ] => Told::Is(Medium::Png),
        [0xff, 0xd8, 0xff, ..] => Told::Is(Medium::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Told::Is(Medium::Webp),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Told::Is(Medium::Tiff),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Told::Compound,
        _ => Told::Nothing,
    }
}

/// Reads a file without a mark as the text it is said to be.
fn text(file: &mut impl Read, named: Medium, length: u64) -> Result<Medium, ContentFault> {
    let good = match named {
        Medium::Json => {
            // In a stream: nothing of it is kept.
            match serde_json::from_reader::<_, IgnoredAny>(BufReader::new(file)) {
                Ok(_) => true,
                Err(error) if error.is_io() => return Err(ContentFault::Unread(error.to_string())),
                Err(_) => false,
            }
        }
        Medium::Yaml if length > MAX_YAML => return Err(ContentFault::LongYaml(MAX_YAML)),
        Medium::Yaml => {
            let mut bytes = Vec::new();
            file.take(MAX_YAML).read_to_end(&mut bytes)?;
            std::str::from_utf8(&bytes).is_ok_and(is_yaml)
        }
        _ => false,
    };
    match good {
        true => Ok(named),
        false => Err(ContentFault::Other(named)),
    }
}

/// Whether a text is YAML with something in it: a mapping or a sequence. Aliases are not followed.
fn is_yaml(text: &str) -> bool {
    let mut collections = false;
    for event in Parser::new_from_str(text) {
        match event {
            Err(_) => return false,
            Ok((Event::MappingStart(..) | Event::SequenceStart(..), _)) => collections = true,
            Ok(_) => {}
        }
    }
    collections && !text.contains('\0')
}
