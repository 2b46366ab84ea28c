//! Strips on pages.

use super::{strip::Strip, style::HEIGHT};

/// A strip with its place on a page, from the upper margin.
pub(super) struct Placed {
    pub(super) y: f32,
    pub(super) strip: Strip,
}

pub(super) struct Flow {
    pub(super) pages: Vec<Vec<Placed>>,
    /// What of the last page is taken.
    taken: f32,
}

impl Flow {
    pub(super) fn new() -> Self {
        Self {
            pages: vec![],
            taken: HEIGHT,
        }
    }

    /// A block that does not fit the rest of the page begins a new one. One that does not fit any page
    /// goes on below, and is divided between its strips.
    pub(super) fn place(&mut self, strips: Vec<Strip>, height: f32) {
        if height <= HEIGHT && !self.fits(height) {
            self.new_page();
        }
        for strip in strips {
            if !self.fits(strip.height) {
                // Space between what stands on two pages is none.
                if strip.marks.is_empty() {
                    continue;
                }
                self.new_page();
            }
            self.put(strip);
        }
    }

    fn fits(&self, height: f32) -> bool {
        self.taken + height <= HEIGHT
    }

    fn new_page(&mut self) {
        self.pages.push(vec![]);
        self.taken = 0.0;
    }

    fn put(&mut self, strip: Strip) {
        let y = self.taken;
        self.taken += strip.height;
        if let Some(page) = self.pages.last_mut() {
            page.push(Placed { y, strip });
        }
    }
}
