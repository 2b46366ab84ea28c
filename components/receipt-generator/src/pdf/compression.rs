//! How the streams of a PDF are compressed.

use miniz_oxide::deflate;

/// From 1, quick, to 9, small.
const LEVEL: u8 = 3;

pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    deflate::compress_to_vec_zlib(bytes, LEVEL)
}
