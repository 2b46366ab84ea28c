//! The type and size of a picture from its first bytes, without decoding it.

use super::PictureType;

/// The first bytes of each file type.
const JPEG: &[u8] = &[0xff, 0xd8, 0xff];
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The maximum number of pixels of a picture. It limits the memory for decoding.
pub const MOST_PIXELS: u64 = 40_000_000;

/// The type of a picture, by its first bytes.
#[must_use]
pub fn picture_type(bytes: &[u8]) -> Option<PictureType> {
    if bytes.starts_with(JPEG) {
        Some(PictureType::Jpeg)
    } else if bytes.starts_with(PNG) {
        Some(PictureType::Png)
    } else {
        None
    }
}

/// The width and height that a picture declares, in pixels; none if it declares none or zero.
#[must_use]
pub fn picture_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let (width, height) = match picture_type(bytes)? {
        PictureType::Jpeg => jpeg_size(bytes.get(2..)?)?,
        PictureType::Png => png_size(bytes.get(PNG.len()..)?)?,
    };
    (width > 0 && height > 0).then_some((width, height))
}

/// Whether a size is not empty, and small enough to be decoded.
#[must_use]
pub fn is_decodable_size((width, height): (u32, u32)) -> bool {
    let pixels = u64::from(width) * u64::from(height);
    (1..=MOST_PIXELS).contains(&pixels)
}

/// From the first chunk, which must be the header (PNG, 11.2.1).
fn png_size(chunks: &[u8]) -> Option<(u32, u32)> {
    let (_length, chunk) = chunks.split_first_chunk::<4>()?;
    let header = chunk.strip_prefix(b"IHDR")?;
    let (width, rest) = header.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// From the frame header, which comes before the first scan (ITU-T T.81, B.2.2).
fn jpeg_size(mut segments: &[u8]) -> Option<(u32, u32)> {
    loop {
        let (marker, rest) = marker(segments)?;
        let (length, _) = rest.split_first_chunk()?;
        let segment = rest.get(2..usize::from(u16::from_be_bytes(*length)))?;
        if is_frame(marker) {
            let (_precision, rest) = segment.split_first()?;
            let (height, rest) = rest.split_first_chunk()?;
            let (width, _) = rest.split_first_chunk()?;
            let side = |bytes| u32::from(u16::from_be_bytes(bytes));
            return Some((side(*width), side(*height)));
        }
        if marker == START_OF_SCAN {
            return None;
        }
        segments = rest.get(2 + segment.len()..)?;
    }
}

const START_OF_SCAN: u8 = 0xda;

/// The next marker and the bytes after it. Any number of 0xFF may come before its code.
fn marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let rest = bytes.strip_prefix(&[0xff])?;
    let fill = rest.iter().take_while(|byte| **byte == 0xff).count();
    let (marker, rest) = rest.get(fill..)?.split_first()?;
    Some((*marker, rest))
}

/// Whether a marker begins a frame: SOF0 to SOF15, without DHT, JPG and DAC in between.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by Pillow 13.0: `Image.new("L", (3, 2)).save(.., "JPEG", comment=b"hello")`, without
    /// its tables, up to the end of the frame header.
    const SMALL_JPEG: &[u8] = &[
        0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x00, 0x01, 0x01, 0x00, 0x00,
        0x01, 0x00, 0x01, 0x00, 0x00, 0xff, 0xfe, 0x00, 0x07, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0xff,
        0xc0, 0x00, 0x0b, 0x08, 0x00, 0x02, 0x00, 0x03, 0x01, 0x01, 0x11, 0x00,
    ];
    /// The same as PNG, up to the end of the header's data.
    const SMALL_PNG: &[u8] = &[
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44,
        0x52, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x02, 0x08, 0x00, 0x00, 0x00, 0x00,
    ];

    #[test]
    fn a_picture_is_told_by_its_first_bytes() {
        assert_eq!(picture_type(SMALL_JPEG), Some(PictureType::Jpeg));
        assert_eq!(picture_type(SMALL_PNG), Some(PictureType::Png));
        for other in [&b"GIF89a"[..], b"", b"\xff\xd8", b"<svg>", b"\x89PNG\n"] {
            assert_eq!(picture_type(other), None);
        }
    }

    #[test]
    fn its_size_is_read_without_decoding_it() {
        assert_eq!(picture_size(SMALL_JPEG), Some((3, 2)));
        assert_eq!(picture_size(SMALL_PNG), Some((3, 2)));
    }

    #[test]
    fn what_breaks_off_or_has_no_pixels_has_no_size() {
        for whole in [SMALL_JPEG, &SMALL_PNG[..24]] {
            let needed = if whole == SMALL_JPEG { 42 } else { 24 };
            for length in 0..needed {
                assert_eq!(picture_size(&whole[..length]), None, "{length}");
            }
        }
        let mut flat = SMALL_PNG.to_vec();
        flat[23] = 0;
        assert_eq!(picture_size(&flat), None);
    }

    #[test]
    fn a_picture_of_forty_megapixels_is_decodable_and_no_larger_one() {
        assert!(is_decodable_size((8_000, 5_000)));
        assert!(!is_decodable_size((8_000, 5_001)));
        assert!(!is_decodable_size((u32::MAX, u32::MAX)));
        assert!(!is_decodable_size((0, 1)));
    }
}
