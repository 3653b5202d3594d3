//! Encodings and lines: bytes on disk become lines of UTF-8, of bounded length, one at a time.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memchr2;

use super::error::FileError;
use super::limits;

const CHUNK: usize = 64 * 1024;
/// Bytes that tell UTF-16 without a mark, and binary data, by their zeros.
const PROBE: usize = 8 * 1024;
/// Bytes from the first one that is not UTF-8 on that are enough to guess an encoding.
const GUESS: usize = 256 * 1024;

/// Finds out the encoding of a text file, in one pass over it.
pub(super) fn detect(path: &Path) -> Result<&'static Encoding, FileError> {
    let mut file = File::open(path)?;
    let mut chunk = vec![0; CHUNK];
    let mut filled = read_full(&mut file, &mut chunk)?;
    let probe = chunk.get(..filled.min(PROBE)).unwrap_or_default();
    if let Some((encoding, _)) = Encoding::for_bom(probe) {
        return Ok(encoding);
    }
    if let Some(encoding) = by_zeros(probe)? {
        return Ok(encoding);
    }
    if is_binary(probe) {
        return Err(FileError::Binary);
    }
    let mut census = Census::new();
    loop {
        let last = filled < chunk.len();
        let bytes = chunk.get(..filled).unwrap_or_default();
        // An incomplete character at the end of a chunk is carried over to the next.
        let tail = if last { 0 } else { incomplete_tail(bytes) };
        census.count(bytes.get(..filled - tail).unwrap_or_default());
        if last {
            return Ok(census.verdict());
        }
        chunk.copy_within(filled - tail..filled, 0);
        filled = tail + read_full(&mut file, chunk.get_mut(tail..).unwrap_or_default())?;
    }
}

/// UTF-16 without a byte order mark has a zero in most pairs, always on the same side; other zeros are binary.
fn by_zeros(probe: &[u8]) -> Result<Option<&'static Encoding>, FileError> {
    let zeros = |side: usize| probe.iter().skip(side).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), probe.len() / 2);
    match (even * 10 > pairs * 4, odd * 10 > pairs * 4) {
        _ if even + odd == 0 => Ok(None),
        (false, true) if even * 20 <= pairs => Ok(Some(UTF_16LE)),
        (true, false) if odd * 20 <= pairs => Ok(Some(UTF_16BE)),
        // A stray zero makes a bad row, many make a binary file.
        _ if (even + odd) * 100 <= probe.len() => Ok(None),
        _ => Err(FileError::Binary),
    }
}

/// Text has no control characters beside white space and escapes; one in twenty bytes is no accident.
fn is_binary(probe: &[u8]) -> bool {
    let control = |b: &u8| matches!(b, 0..=8 | 14..=26 | 28..=31 | 127);
    let controls = probe.iter().filter(|b| control(b)).count();
    controls > 3 && controls * 20 > probe.len()
}

fn incomplete_tail(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes.get(bytes.len().saturating_sub(4)..).unwrap_or_default()) {
        Ok(_) => 0,
        // `None`: the bytes break off within a character; otherwise look at the last few alone.
        Err(error) if error.error_len().is_none() => bytes.len().min(4) - error.valid_up_to(),
        Err(_) => (1..=3usize)
            .find(|n| {
                let tail = bytes.get(bytes.len().saturating_sub(*n)..).unwrap_or_default();
                std::str::from_utf8(tail).is_err_and(|e| e.error_len().is_none() && e.valid_up_to() == 0)
            })
            .unwrap_or(0),
    }
}

/// Counts what is and is not UTF-8, and hands what follows the first fault to the detector.
struct Census {
    characters: u64,
    faults: u64,
    detector: EncodingDetector,
    fed: usize,
}

impl Census {
    fn new() -> Self {
        Self { characters: 0, faults: 0, detector: EncodingDetector::new(Iso2022JpDetection::Deny), fed: 0 }
    }

    fn count(&mut self, bytes: &[u8]) {
        if bytes.is_ascii() && self.faults == 0 {
            return;
        }
        for chunk in bytes.utf8_chunks() {
            // In UTF-8 each character beyond ASCII has exactly one byte of the form 11xxxxxx.
            self.characters += chunk.valid().bytes().filter(|b| *b >= 0xC0).count() as u64;
            self.faults += u64::from(!chunk.invalid().is_empty());
        }
        if self.faults > 0 && self.fed < GUESS {
            let some = bytes.get(..bytes.len().min(GUESS - self.fed)).unwrap_or_default();
            self.detector.feed(some, false);
            self.fed += some.len();
        }
    }

    /// UTF-8 where nothing speaks against it, and where a few broken characters stand among many whole ones:
    /// those few make bad rows rather than a whole list of mangled names.
    fn verdict(mut self) -> &'static Encoding {
        if self.faults == 0 || self.characters > self.faults.saturating_mul(4) {
            return UTF_8;
        }
        self.detector.feed(&[], true);
        self.detector.guess(None, Utf8Detection::Deny)
    }
}

fn read_full(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// One line without its ending. A line beyond [`limits::ROW_BYTES`] keeps its number and loses its text.
#[derive(Default)]
pub(super) struct Line {
    pub number: u64,
    pub text: Vec<u8>,
    pub too_long: bool,
}

/// The lines of a text in any encoding, ended by `\n`, `\r\n` or `\r`.
pub(super) struct Lines {
    file: File,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    no_more_raw: bool,
    decoded: Vec<u8>,
    at: usize,
    end: usize,
    finished: bool,
    skip_newline: bool,
    number: u64,
    put_back: VecDeque<Line>,
}

impl Lines {
    pub fn open(path: &Path, encoding: &'static Encoding) -> io::Result<Self> {
        Ok(Self {
            file: File::open(path)?,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; CHUNK],
            raw_at: 0,
            raw_end: 0,
            no_more_raw: false,
            decoded: vec![0; CHUNK],
            at: 0,
            end: 0,
            finished: false,
            skip_newline: false,
            number: 0,
            put_back: VecDeque::new(),
        })
    }

    /// Returns lines that were taken too far, to be read again in their order.
    pub fn put_back(&mut self, lines: impl DoubleEndedIterator<Item = Line>) {
        lines.rev().for_each(|line| self.put_back.push_front(line));
    }

    pub fn next(&mut self) -> io::Result<Option<Line>> {
        let mut line = Line::default();
        Ok(self.read(&mut line)?.then_some(line))
    }

    /// Reads the next line into `line`, whose room is used again; `false` at the end of the text.
    pub fn read(&mut self, line: &mut Line) -> io::Result<bool> {
        if let Some(before) = self.put_back.pop_front() {
            *line = before;
            return Ok(true);
        }
        (line.number, line.too_long) = (self.number + 1, false);
        line.text.clear();
        let mut any = false;
        while self.fill()? {
            let bytes = self.decoded.get(self.at..self.end).unwrap_or_default();
            if std::mem::take(&mut self.skip_newline) && bytes.first() == Some(&b'\n') {
                self.at += 1;
                continue;
            }
            any = true;
            let ending = memchr2(b'\n', b'\r', bytes);
            let piece = bytes.get(..ending.unwrap_or(bytes.len())).unwrap_or_default();
            if line.text.len() + piece.len() > limits::ROW_BYTES {
                line.too_long = true;
                line.text = Vec::new();
            } else if !line.too_long {
                line.text.extend_from_slice(piece);
            }
            self.at += piece.len() + usize::from(ending.is_some());
            if let Some(ending) = ending {
                self.skip_newline = bytes.get(ending) == Some(&b'\r');
                break;
            }
        }
        self.number += u64::from(any);
        Ok(any)
    }

    /// Decodes on until there is something to read; `false` at the end of the text.
    fn fill(&mut self) -> io::Result<bool> {
        while self.at == self.end && !self.finished {
            if self.raw_at == self.raw_end && !self.no_more_raw {
                self.raw_end = read_full(&mut self.file, &mut self.raw)?;
                self.raw_at = 0;
                self.no_more_raw = self.raw_end < self.raw.len();
            }
            let input = self.raw.get(self.raw_at..self.raw_end).unwrap_or_default();
            let (result, used, written, _) =
                self.decoder.decode_to_utf8(input, &mut self.decoded, self.no_more_raw);
            self.raw_at += used;
            (self.at, self.end) = (0, written);
            self.finished = self.no_more_raw && result == CoderResult::InputEmpty;
        }
        Ok(self.at < self.end)
    }
}
