//! The format of checkpoints: a fit's state after an epoch, as bytes.
//!
//! Each module writes and reads its own part. This module turns numbers into bytes, and detects states that are damaged
//! or belong to another fit. Such a state isn't an error: the fit is then trained from scratch.

use crossfold_kernels::Real;
use crossfold_study::Fingerprint;

/// The first bytes of each state.
const MAGIC: [u8; 8] = *b"xf-state";

/// The version of the format, incremented whenever its contents or their order change.
///
/// 1: epochs; each tensor's values, optimizer steps and optimizer state; running statistics; losses of the inner
/// validation part; scores and predictions of the best epoch.
///
/// 2: scores by metric.
///
/// 3: averaged weights, if there are any, behind the running statistics.
const VERSION: u32 = 3;

/// The range of the digest, which covers everything after it.
const DIGEST: std::ops::Range<usize> = 12..20;

/// The bytes aren't an undamaged state of this fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Unreadable;

/// Writes numbers in little-endian order, and lists with their lengths first.
pub(crate) struct StateWriter {
    bytes: Vec<u8>,
}

impl StateWriter {
    /// Begins the state of the fit with this `identity`, with room for `capacity` bytes.
    pub(crate) fn new(identity: Fingerprint, capacity: usize) -> StateWriter {
        let mut bytes = Vec::with_capacity(capacity);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.resize(DIGEST.end, 0);
        bytes.extend(identity.to_bytes());
        StateWriter { bytes }
    }

    pub(crate) fn write_u32(&mut self, number: u32) {
        self.bytes.extend(number.to_le_bytes());
    }

    pub(crate) fn write_f64(&mut self, number: f64) {
        self.bytes.extend(number.to_le_bytes());
    }

    /// Writes the number of `values`, then the values.
    pub(crate) fn write_values<E: Real>(&mut self, values: &[E]) {
        self.bytes.extend((values.len() as u64).to_le_bytes());
        for value in values {
            self.bytes.extend_from_slice(value.to_le().as_ref());
        }
    }

    /// Returns the state with its digest.
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        let digest = Fingerprint::from_pieces([&self.bytes[DIGEST.end..]]).to_bytes();
        self.bytes[DIGEST].copy_from_slice(&digest);
        self.bytes
    }
}

/// Reads what [`StateWriter`] writes, in the same order.
///
/// Numbers that can't be read are 0. [`StateReader::finish`] returns whether there were any.
pub(crate) struct StateReader<'a> {
    /// The bytes not read yet; `None` once a read has failed.
    rest: Option<&'a [u8]>,
}

impl<'a> StateReader<'a> {
    /// Begins to read a state.
    ///
    /// # Errors
    /// If `bytes` aren't an undamaged state of this version and of the fit with this `identity`.
    pub(crate) fn new(bytes: &'a [u8], identity: Fingerprint) -> Result<StateReader<'a>, Unreadable> {
        let mut reader = StateReader { rest: Some(bytes) };
        let (magic, version, digest) = (reader.take(), reader.take().map(u32::from_le_bytes), reader.take());
        let is_whole = digest == Some(Fingerprint::from_pieces(reader.rest).to_bytes());
        let is_own = reader.take() == Some(identity.to_bytes());
        let is_known = (magic, version) == (Some(MAGIC), Some(VERSION));
        if is_known && is_whole && is_own { Ok(reader) } else { Err(Unreadable) }
    }

    pub(crate) fn read_u32(&mut self) -> u32 {
        self.take().map_or(0, u32::from_le_bytes)
    }

    pub(crate) fn read_f64(&mut self) -> f64 {
        self.take().map_or(0.0, f64::from_le_bytes)
    }

    /// Fills `values`. The read fails if another number of values was written.
    pub(crate) fn read_values<E: Real>(&mut self, values: &mut [E]) {
        let is_as_long = self.take().map(u64::from_le_bytes) == Some(values.len() as u64);
        let bytes = self.bytes(if is_as_long { size_of_val(values) } else { usize::MAX });
        let Some(bytes) = bytes else { return values.fill(E::ZERO) };
        for (value, bytes) in values.iter_mut().zip(bytes.chunks_exact(size_of::<E>())) {
            *value = E::from_le(bytes);
        }
    }

    /// Ends reading.
    ///
    /// # Errors
    /// If a read has failed, or if bytes are left over.
    pub(crate) fn finish(self) -> Result<(), Unreadable> {
        if self.rest.is_some_and(<[u8]>::is_empty) { Ok(()) } else { Err(Unreadable) }
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let split = self.rest.and_then(|rest| rest.split_at_checked(count));
        self.rest = split.map(|(_, rest)| rest);
        split.map(|(bytes, _)| bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(text: &str) -> Fingerprint {
        Fingerprint::from_pieces([text])
    }

    fn state() -> Vec<u8> {
        let mut writer = StateWriter::new(identity("a fit"), 0);
        writer.write_u32(3);
        writer.write_values(&[-0.0_f32, 1e-45, f32::NAN]);
        writer.write_f64(-1.0);
        writer.into_bytes()
    }

    /// The expected digest is the beginning of Python's `hashlib.sha256` of the rest.
    #[test]
    fn numbers_are_little_endian() {
        let expected = "78662d7374617465 03000000 90689ce7ab46bcf1 cddd64b40358cf90 03000000 \
                        0300000000000000 00000080 01000000 0000c07f 000000000000f0bf";
        let written: String = state().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(written, expected.replace(' ', ""));
    }

    #[test]
    fn numbers_are_read_bit_for_bit() {
        let bytes = state();
        let mut reader = StateReader::new(&bytes, identity("a fit")).unwrap();
        let mut values = [7.0_f32; 3];
        let three = reader.read_u32();
        reader.read_values(&mut values);
        assert_eq!((three, reader.read_f64(), reader.finish()), (3, -1.0, Ok(())));
        assert_eq!(values.map(f32::to_bits), [0x8000_0000, 1, 0x7fc0_0000]);
    }

    #[test]
    fn damaged_or_foreign_states_are_refused() {
        let bytes = state();
        let read = |bytes: &[u8], fit: &str| StateReader::new(bytes, identity(fit)).map(drop);
        assert_eq!(read(&bytes, "a fit"), Ok(()));
        assert_eq!(read(&bytes, "another fit"), Err(Unreadable));
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[place] ^= 1 << bit;
                assert_eq!(read(&damaged, "a fit"), Err(Unreadable), "bit {bit} of byte {place}");
            }
            assert_eq!(read(&bytes[..place], "a fit"), Err(Unreadable), "{place} bytes");
        }
        assert_eq!(read(&[&bytes[..], &[0]].concat(), "a fit"), Err(Unreadable));
    }

    #[test]
    fn lists_of_another_length_are_refused() {
        let bytes = state();
        for len in [2, 4] {
            let mut reader = StateReader::new(&bytes, identity("a fit")).unwrap();
            reader.read_u32();
            let mut values = vec![7.0_f32; len];
            reader.read_values(&mut values);
            assert_eq!((values, reader.read_f64()), (vec![0.0; len], 0.0));
            assert_eq!(reader.finish(), Err(Unreadable));
        }
        let mut reader = StateReader::new(&bytes, identity("a fit")).unwrap();
        reader.read_u32();
        assert_eq!(reader.finish(), Err(Unreadable), "bytes are left over");
    }
}
