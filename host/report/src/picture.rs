//! Photographs from outside. They are shown only if their hash is right and they can be decoded.

use std::io::Cursor;
use std::sync::Arc;

use chargetap_fleet::incident::{
    Photograph, PictureType, is_decodable_size, picture_size, picture_type,
};
use exif::{In, Tag};
use sha2::{Digest, Sha256};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The maximum size of a decoded picture, in bytes: four for each pixel.
const MOST_DECODED: usize = 160_000_000;

/// A picture that can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its media type.
    pub media_type: PictureType,
    /// Its bytes, as they were attached.
    pub bytes: Arc<Vec<u8>>,
    /// Its width and height as stored, in pixels.
    pub size: (u32, u32),
    /// Its orientation.
    pub orientation: Orientation,
}

/// How a stored picture must be turned for display (Exif 2.3, tag 0x0112). Browsers do this by
/// themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orientation {
    /// Whether it is mirrored left to right, before it is turned.
    pub is_mirrored: bool,
    /// The number of quarter turns, clockwise.
    pub quarters: u8,
}

/// Why a photograph cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Its bytes are missing.
    #[error("its file is not there")]
    Absent,
    /// Its bytes do not match the hash of the attached file.
    #[error("its file is not the one that was attached: its SHA-256 is another")]
    Altered,
    /// It needs too much memory for decoding.
    #[error("it has too many pixels")]
    TooLarge,
    /// Together with the pictures before it, it would make the document too large.
    #[error("there is no room for it beside the others: ask for its file")]
    NoRoom,
    /// It is truncated, or not a picture.
    #[error("its file cannot be read to its end as a picture")]
    Unreadable,
}

/// The number of pixels that the PNGs of one document may still have together. A JPEG is embedded
/// as it is, but a PNG is compressed again, which takes much time and memory.
#[derive(Debug)]
pub struct PixelBudget(u64);

impl Default for PixelBudget {
    fn default() -> Self {
        Self(60_000_000)
    }
}

impl PixelBudget {
    fn take(&mut self, (width, height): (u32, u32)) -> Result<(), PictureError> {
        let pixels = u64::from(width) * u64::from(height);
        self.0 = self.0.checked_sub(pixels).ok_or(PictureError::NoRoom)?;
        Ok(())
    }
}

impl Picture {
    /// Checks whether a photograph can be shown, given its stored bytes.
    ///
    /// # Errors
    /// Why it cannot be shown.
    pub fn of(
        photograph: &Photograph,
        bytes: Option<Vec<u8>>,
        budget: &mut PixelBudget,
    ) -> Result<Self, PictureError> {
        let bytes = bytes.ok_or(PictureError::Absent)?;
        let hash = base16ct::lower::encode_string(&Sha256::digest(&bytes));
        if hash != photograph.hash {
            return Err(PictureError::Altered);
        }
        let media_type = picture_type(&bytes).ok_or(PictureError::Unreadable)?;
        let size = picture_size(&bytes).ok_or(PictureError::Unreadable)?;
        if !is_decodable_size(size) {
            return Err(PictureError::TooLarge);
        }
        let orientation = match media_type {
            PictureType::Jpeg => decode_jpeg(&bytes, size)?,
            PictureType::Png => {
                budget.take(size)?;
                decode_png(&bytes, size)?
            }
        };
        Ok(Self {
            media_type,
            bytes: Arc::new(bytes),
            size,
            orientation,
        })
    }

    /// Its width and height after it was turned, in pixels.
    #[must_use]
    pub fn shown_size(&self) -> (u32, u32) {
        let (width, height) = self.size;
        match self.orientation.quarters % 2 {
            0 => (width, height),
            _ => (height, width),
        }
    }
}

/// Decodes it completely. A truncated picture is not shown, as the missing part could matter.
fn decode_jpeg(bytes: &[u8], (width, height): (u32, u32)) -> Result<Orientation, PictureError> {
    let side = |length| usize::try_from(length).unwrap_or(usize::MAX);
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(side(width))
        .set_max_height(side(height));
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(bytes), options);
    decoder
        .decode_headers()
        .map_err(|_| PictureError::Unreadable)?;
    let is_small = decoder
        .output_buffer_size()
        .is_some_and(|it| it <= MOST_DECODED);
    if !is_small {
        return Err(PictureError::TooLarge);
    }
    let exif = decoder.exif().cloned();
    decoder.decode().map_err(|_| PictureError::Unreadable)?;
    Ok(exif.and_then(orientation).unwrap_or_default())
}

fn decode_png(bytes: &[u8], size: (u32, u32)) -> Result<Orientation, PictureError> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(|_| PictureError::Unreadable)?;
    if reader.info().size() != size {
        return Err(PictureError::Unreadable);
    }
    let is_small = reader
        .output_buffer_size()
        .is_some_and(|it| it <= MOST_DECODED);
    if !is_small {
        return Err(PictureError::TooLarge);
    }
    while reader
        .next_row()
        .map_err(|_| PictureError::Unreadable)?
        .is_some()
    {}
    // Browsers do not turn a PNG.
    Ok(Orientation::default())
}

/// The orientation that the camera recorded.
fn orientation(exif: Vec<u8>) -> Option<Orientation> {
    let exif = exif::Reader::new().read_raw(exif).ok()?;
    let value = exif.get_field(Tag::Orientation, In::PRIMARY)?;
    let (is_mirrored, quarters) = match value.value.get_uint(0)? {
        2 => (true, 0),
        3 => (false, 2),
        4 => (true, 2),
        5 => (true, 3),
        6 => (false, 1),
        7 => (true, 1),
        8 => (false, 3),
        _ => (false, 0),
    };
    Some(Orientation {
        is_mirrored,
        quarters,
    })
}
