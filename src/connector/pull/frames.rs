//! [`Frames`]: what the process says in which a mapping runs, read as it comes.
//!
//! A frame is one byte that says what it is, four bytes of length (little endian), and so many bytes. Invariant:
//! a part of a frame waits for the rest; what is no frame ends the reading.

use super::{Mapped, MappingFault};

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// A record that an item became.
    Record,
    /// All records of an item were told, or the program can be used.
    End,
    /// Why an item became nothing, or why the program can't be used.
    Fault,
}

impl FrameKind {
    /// The byte that says so.
    pub fn byte(self) -> u8 {
        match self {
            FrameKind::Record => b'r',
            FrameKind::End => b'e',
            FrameKind::Fault => b'f',
        }
    }

    fn of(byte: u8) -> Option<Self> {
        [FrameKind::Record, FrameKind::End, FrameKind::Fault]
            .into_iter()
            .find(|kind| kind.byte() == byte)
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Frames {
    bytes: Vec<u8>,
    /// How much of `bytes` was taken already.
    taken: usize,
    /// The records of an item that is not through yet.
    records: Vec<String>,
}

impl Frames {
    /// Where what comes next is put behind.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        if self.taken > 0 {
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
        &mut self.bytes
    }

    /// What the next item became, as soon as all of it is there.
    ///
    /// # Errors
    /// When something else than frames came.
    pub fn next_item(&mut self) -> Result<Option<Mapped>, String> {
        while let Some((kind, text)) = self.next_frame()? {
            match kind {
                FrameKind::Record => self.records.push(text),
                FrameKind::End => return Ok(Some(Ok(std::mem::take(&mut self.records)))),
                FrameKind::Fault => return Ok(Some(Err(MappingFault(text)))),
            }
        }
        Ok(None)
    }

    fn next_frame(&mut self) -> Result<Option<(FrameKind, String)>, String> {
        let rest = self.bytes.get(self.taken..).unwrap_or_default();
        let Some((head, behind)) = rest.split_first_chunk::<5>() else {
            return Ok(None);
        };
        let [kind, length @ ..] = *head;
        let length = usize::try_from(u32::from_le_bytes(length)).map_err(|error| error.to_string())?;
        let Some(body) = behind.get(..length) else {
            return Ok(None);
        };
        let kind = FrameKind::of(kind).ok_or("no frame")?;
        let text = std::str::from_utf8(body)
            .map_err(|error| error.to_string())?
            .to_owned();
        self.taken += head.len() + length;
        Ok(Some((kind, text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: FrameKind, text: &str) -> Vec<u8> {
        let length = u32::try_from(text.len()).unwrap().to_le_bytes();
        [&[kind.byte()], &length[..], text.as_bytes()].concat()
    }

    #[test]
    fn items_come_out_however_their_bytes_come_in() {
        let bytes = [
            frame(FrameKind::Record, "{\"a\":1}"),
            frame(FrameKind::Record, "2"),
            frame(FrameKind::End, ""),
            frame(FrameKind::End, ""),
            frame(FrameKind::Fault, "é"),
        ]
        .concat();
        for size in 1..=bytes.len() {
            let (mut frames, mut items) = (Frames::default(), Vec::new());
            for part in bytes.chunks(size) {
                frames.buffer().extend_from_slice(part);
                while let Some(item) = frames.next_item().unwrap() {
                    items.push(item);
                }
            }
            let expected: [Mapped; 3] = [
                Ok(vec!["{\"a\":1}".into(), "2".into()]),
                Ok(Vec::new()),
                Err(MappingFault("é".into())),
            ];
            assert_eq!(items, expected, "in parts of {size}");
        }
        let mut frames = Frames::default();
        frames.buffer().extend_from_slice(b"?\0\0\0\0");
        assert!(frames.next_item().is_err());
    }
}
