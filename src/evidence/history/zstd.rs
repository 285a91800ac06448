//! zstd frames, told by their first bytes. A snapshot may hold several frames, one after the other.

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::io::{self, Cursor, ErrorKind, Read};

/// RFC 8878, section 3.1.1: the magic number of a frame, little-endian.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Compresses `text` into one frame.
pub(super) fn compress(text: &[u8]) -> Vec<u8> {
    compress_to_vec(text, CompressionLevel::Fastest)
}

/// The text in `source`, decompressed if it is a zstd stream.
pub(super) fn plain<R: Read + Send>(mut source: R) -> io::Result<Plain<R>> {
    let start = up_to_four(&mut source)?;
    let compressed = start == MAGIC;
    let source = Cursor::new(start).chain(source);
    Ok(if compressed {
        Plain::Frames(Box::new(Frames { source, decoder: FrameDecoder::new(), within: false }))
    } else {
        Plain::Text(source)
    })
}

type Start<R> = io::Chain<Cursor<Vec<u8>>, R>;

/// A stream of text.
pub(super) enum Plain<R> {
    Text(Start<R>),
    Frames(Box<Frames<Start<R>>>),
}

impl<R: Read> Read for Plain<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Text(source) => source.read(buffer),
            Self::Frames(frames) => frames.read(buffer),
        }
    }
}

/// Decompresses frame after frame.
pub(super) struct Frames<R> {
    source: R,
    decoder: FrameDecoder,
    within: bool,
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.within {
                if !open(&mut self.decoder, &mut self.source)? {
                    return Ok(0);
                }
                self.within = true;
            }
            let read = self.decoder.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            if self.decoder.is_finished() {
                self.check()?;
                self.within = false;
            } else {
                let step = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.source, step).map_err(invalid)?;
            }
        }
    }
}

impl<R> Frames<R> {
    fn check(&self) -> io::Result<()> {
        let given = self.decoder.get_checksum_from_data();
        if given.is_some() && given != self.decoder.get_calculated_checksum() {
            return Err(invalid("the checksum of a zstd frame does not match"));
        }
        Ok(())
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

/// Goes into the next frame, past those that hold no text; says whether there is one.
fn open<R: Read>(decoder: &mut FrameDecoder, source: &mut R) -> io::Result<bool> {
    loop {
        let start = up_to_four(source)?;
        if start.is_empty() {
            return Ok(false);
        }
        match decoder.reset(Cursor::new(start).chain(source.by_ref())) {
            Ok(()) => return Ok(true),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let skipped = io::copy(&mut source.by_ref().take(u64::from(length)), &mut io::sink())?;
                if skipped < u64::from(length) {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
            }
            Err(error) => return Err(invalid(error)),
        }
    }
}

/// The next four bytes, or what is left.
fn up_to_four(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(4);
    source.by_ref().take(4).read_to_end(&mut start)?;
    Ok(start)
}
