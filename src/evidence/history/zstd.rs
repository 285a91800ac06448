//! zstd, told by its first bytes. A snapshot may hold several frames, one after the other.

use std::io::{self, BufReader, Chain, Cursor, Read, Write};
use zstd::stream::{Decoder, Encoder};

/// RFC 8878, section 3.1.1: the magic number of a frame, little-endian.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// What `zstd` itself takes where nobody says.
const LEVEL: i32 = 3;

type Start<R> = Chain<Cursor<Vec<u8>>, R>;

/// A stream of text.
pub(super) enum Plain<R: Read> {
    Text(Start<R>),
    Compressed(Box<Decoder<'static, BufReader<Start<R>>>>),
}

/// The text in `source`, decompressed if it is a zstd stream.
pub(super) fn plain<R: Read>(mut source: R) -> io::Result<Plain<R>> {
    let mut start = Vec::with_capacity(MAGIC.len());
    source.by_ref().take(MAGIC.len() as u64).read_to_end(&mut start)?;
    let compressed = start == MAGIC;
    let source = Cursor::new(start).chain(source);
    Ok(if compressed { Plain::Compressed(Box::new(Decoder::new(source)?)) } else { Plain::Text(source) })
}

impl<R: Read> Read for Plain<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Text(source) => source.read(buffer),
            Self::Compressed(source) => source.read(buffer),
        }
    }
}

/// Runs `write` on a stream whose bytes arrive compressed in `to`.
pub(super) fn compress<W: Write>(to: W, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut encoder = Encoder::new(to, LEVEL)?;
    encoder.include_checksum(true)?;
    write(&mut encoder)?;
    encoder.finish().map(|_| ())
}
