//! Pictures that are truncated, too large, or no pictures.

use chargetap_fleet::incident::{Photograph, PictureType};
use chargetap_report::{Orientation, Picture, PictureError, PixelBudget};
use proptest::prelude::*;

use crate::samples::{CLEAR, PROGRESSIVE, UPRIGHT, closed, hash, report};

/// Decodes a photograph with the right hash.
fn decode(bytes: &[u8]) -> Result<Picture, PictureError> {
    let photograph = Photograph {
        hash: hash(bytes),
        media_type: PictureType::Jpeg,
        size: 0,
        caption: None,
    };
    Picture::of(
        &photograph,
        Some(bytes.to_vec()),
        &mut PixelBudget::default(),
    )
}

#[test]
fn a_picture_is_shown_as_it_was_held() {
    let upright = decode(UPRIGHT).unwrap();
    assert_eq!(upright.size, (640, 480));
    assert_eq!(upright.shown_size(), (480, 640));
    let quarter = Orientation {
        is_mirrored: false,
        quarters: 1,
    };
    assert_eq!(upright.orientation, quarter);
    let clear = decode(CLEAR).unwrap();
    assert_eq!(clear.media_type, PictureType::Png);
    assert_eq!(clear.shown_size(), (240, 160));
}

// 60 million pixels are enough for 1,562 pictures of 240 x 160 pixels.
#[test]
fn what_the_pictures_of_a_document_cost_together_has_an_end() {
    let photograph = Photograph {
        hash: hash(CLEAR),
        media_type: PictureType::Png,
        size: 0,
        caption: None,
    };
    let mut budget = PixelBudget::default();
    let mut decode = || Picture::of(&photograph, Some(CLEAR.to_vec()), &mut budget);
    assert!((0..1_562).all(|_| decode().is_ok()));
    assert_eq!(decode(), Err(PictureError::NoRoom));
}

#[test]
fn a_picture_that_breaks_off_is_not_shown() {
    for whole in [UPRIGHT, PROGRESSIVE, CLEAR] {
        for parts in 1..8 {
            let cut = &whole[..whole.len() * parts / 8];
            assert_eq!(decode(cut), Err(PictureError::Unreadable), "{parts}");
        }
    }
}

#[test]
fn what_is_no_picture_is_not_shown() {
    for bytes in [
        &b""[..],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        b"\xff\xd8\xff",
    ] {
        assert_eq!(decode(bytes), Err(PictureError::Unreadable));
    }
}

#[test]
fn a_picture_that_would_not_fit_the_memory_is_not_decoded() {
    let mut png = CLEAR.to_vec();
    png[16..20].copy_from_slice(&8_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&5_001_u32.to_be_bytes());
    assert_eq!(decode(&png), Err(PictureError::TooLarge));
    let mut jpeg = UPRIGHT.to_vec();
    let frame = jpeg.windows(2).position(|it| it == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].fill(0xff);
    assert_eq!(decode(&jpeg), Err(PictureError::TooLarge));
}

#[test]
fn a_small_file_that_grows_when_it_is_decoded_is_not_held_in_memory() {
    // 40 megapixels of 16 bits in four channels: 320 MB.
    let mut bytes = vec![];
    let mut encoder = png::Encoder::new(&mut bytes, 8_000, 5_000);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Sixteen);
    let mut sections = encoder.write_header().unwrap();
    sections.write_chunk(png::chunk::IDAT, b"").unwrap();
    drop(sections);
    assert_eq!(decode(&bytes), Err(PictureError::TooLarge));
}

#[test]
fn a_picture_that_is_not_there_or_not_the_one_that_was_attached_is_not_shown() {
    let exhibits = report(closed()).exhibits;
    let why: Vec<_> = exhibits.iter().map(|it| it.picture.clone().err()).collect();
    assert_eq!(
        why,
        [
            Some(PictureError::Unreadable),
            Some(PictureError::Absent),
            Some(PictureError::Altered)
        ]
    );
}

#[test]
fn in_the_place_of_a_picture_that_is_not_shown_are_the_reason_and_its_hash() {
    let report = report(closed());
    let page = chargetap_report::html(&report);
    assert!(!page.contains("<img"));
    assert!(page.contains("This photograph cannot be shown: its file is not there."));
    assert!(page.contains(&hash(CLEAR)));
    assert!(chargetap_report::pdf(&report).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_becomes_of_a_picture_nothing_panics(
        which in 0..3_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut bytes = [UPRIGHT, PROGRESSIVE, CLEAR][which].to_vec();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if is_cut {
            bytes.truncate(end.index(bytes.len()));
        }
        let report = crate::hostile::with_picture(&bytes);
        prop_assert!(chargetap_report::pdf(&report).is_ok());
    }
}
