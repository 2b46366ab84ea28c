//! Pagination of blocks.

use super::row::{Block, Row};
use super::style::HEIGHT;

/// A row with its position on a page, from the upper margin.
pub(super) struct PlacedRow {
    pub(super) y: f32,
    pub(super) row: Row,
}

/// Distributes blocks over pages. A block that does not fit the rest of its page begins a new page.
/// A block that is higher than a page is divided between its rows.
pub(super) fn pages(blocks: Vec<Block>) -> Vec<Vec<PlacedRow>> {
    let mut flow = Flow {
        pages: vec![],
        used: HEIGHT,
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
    /// The height used on the last page.
    used: f32,
}

impl Flow {
    fn place(&mut self, row: Row) {
        let is_space = row.items.is_empty();
        // Empty space is dropped at the top and at the bottom of a page.
        if is_space && (self.used == 0.0 || !self.fits(row.height)) {
            return;
        }
        if !self.fits(row.height) {
            self.new_page();
        }
        let y = self.used;
        self.used += row.height;
        if let Some(page) = self.pages.last_mut() {
            page.push(PlacedRow { y, row });
        }
    }

    fn fits(&self, height: f32) -> bool {
        self.used + height <= HEIGHT
    }

    fn new_page(&mut self) {
        self.pages.push(vec![]);
        self.used = 0.0;
    }
}
