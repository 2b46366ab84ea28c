//! Blocks on pages.

use super::row::{Block, Row};
use super::style::HEIGHT;

/// A strip with its place on a page, from the upper margin.
pub(super) struct PlacedRow {
    pub(super) y: f32,
    pub(super) row: Row,
}

/// A block that does not fit the rest of its page begins a new one. One that does not fit any page goes
/// on below, and is divided between its strips.
pub(super) fn pages(blocks: Vec<Block>) -> Vec<Vec<PlacedRow>> {
    let mut flow = Flow {
        pages: vec![],
        taken: HEIGHT,
    };
    for block in blocks {
        let height = block.height();
        if height <= HEIGHT && !flow.fits(height) {
            flow.new_page();
        }
        for row in block.rows {
            flow.place(row);
        }
    }
    flow.pages
}

struct Flow {
    pages: Vec<Vec<PlacedRow>>,
    /// What of the last page is taken.
    taken: f32,
}

impl Flow {
    fn place(&mut self, row: Row) {
        let is_space = row.items.is_empty();
        // Space at the top of a page is none, nor is space between what stands on two.
        if is_space && (self.taken == 0.0 || !self.fits(row.height)) {
            return;
        }
        if !self.fits(row.height) {
            self.new_page();
        }
        let y = self.taken;
        self.taken += row.height;
        if let Some(page) = self.pages.last_mut() {
            page.push(PlacedRow { y, row });
        }
    }

    fn fits(&self, height: f32) -> bool {
        self.taken + height <= HEIGHT
    }

    fn new_page(&mut self) {
        self.pages.push(vec![]);
        self.taken = 0.0;
    }
}
