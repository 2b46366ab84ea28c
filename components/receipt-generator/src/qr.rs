//! Writes a text, such as the receipt's address, as a QR code.
//!
//! It is dark on white on any background, with the quiet zone that ISO/IEC 18004 asks for. It can
//! be read with up to 15 % of it damaged (level M).

use maud::html;
use png::{BitDepth, ColorType, Compression, Encoder};
use qrcodegen::{QrCode, QrCodeEcc};

/// The width of the light border, in modules.
pub(crate) const QUIET_ZONE: usize = 4;

/// The width of a module in a PNG, in pixels.
const PIXELS: usize = 8;

/// The modules of a code, without the quiet zone.
pub(crate) struct Code {
    code: QrCode,
}

/// A horizontal run of dark modules.
pub(crate) struct Run {
    /// How many modules are to its left.
    pub(crate) x: usize,
    /// How many modules are above it.
    pub(crate) y: usize,
    pub(crate) length: usize,
}

impl Code {
    /// `None` if the text does not fit a code: above about 2300 bytes.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        Some(Self { code })
    }

    /// How many modules it is wide and high.
    pub(crate) fn size(&self) -> usize {
        self.code.size().unsigned_abs() as usize
    }

    /// The dark modules, row by row.
    pub(crate) fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = vec![];
        for y in 0..self.size() {
            for x in (0..self.size()).filter(|x| self.is_dark(*x, y)) {
                match runs.last_mut() {
                    Some(run) if run.y == y && run.x + run.length == x => run.length += 1,
                    _ => runs.push(Run { x, y, length: 1 }),
                }
            }
        }
        runs
    }

    /// Whether a module is dark. Outside of the code it is light.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        match (i32::try_from(x), i32::try_from(y)) {
            (Ok(x), Ok(y)) => self.code.get_module(x, y),
            _ => false,
        }
    }
}

/// An SVG without a fixed size. `None` if the text does not fit a code.
pub(crate) fn svg(text: &str) -> Option<String> {
    let code = Code::of(text)?;
    let side = code.size() + 2 * QUIET_ZONE;
    let runs = code.runs();
    let dark: String = runs
        .iter()
        .map(|Run { x, y, length }| {
            let (x, y) = (x + QUIET_ZONE, y + QUIET_ZONE);
            format!("M{x} {y}h{length}v1h-{length}z")
        })
        .collect();
    let picture = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {side} {side}"))
            role="img" shape-rendering="crispEdges" {
            title { (text) }
            rect width="100%" height="100%" fill="#fff" {}
            path d=(dark) {}
        }
    };
    Some(picture.into_string())
}

/// A PNG with eight pixels per module. `None` if the text does not fit a code.
pub(crate) fn png(text: &str) -> Option<Vec<u8>> {
    let code = Code::of(text)?;
    let side = code.size() + 2 * QUIET_ZONE;
    let pixels = u32::try_from(side * PIXELS).ok()?;
    let mut file = vec![];
    let mut encoder = Encoder::new(&mut file, pixels, pixels);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&bits(&code, side)).ok()?;
    writer.finish().ok()?;
    Some(file)
}

/// One bit per pixel. A module is eight pixels wide, so it has one byte in each row of pixels.
fn bits(code: &Code, side: usize) -> Vec<u8> {
    let module = |x: usize, y: usize| {
        let inside = x.checked_sub(QUIET_ZONE).zip(y.checked_sub(QUIET_ZONE));
        match inside.is_some_and(|(x, y)| code.is_dark(x, y)) {
            true => 0x00,
            false => 0xff,
        }
    };
    let mut bits = vec![];
    for y in 0..side {
        let row: Vec<u8> = (0..side).map(|x| module(x, y)).collect();
        bits.extend(row.repeat(PIXELS));
    }
    bits
}
