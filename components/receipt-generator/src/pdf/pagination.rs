//! Divides rows between pages.

use super::{row::Row, style::HEIGHT};

/// A row with its place on a page, counted from the upper margin.
pub(super) struct PlacedRow {
    pub(super) y: f32,
    pub(super) row: Row,
}

pub(super) struct Pagination {
    pub(super) pages: Vec<Vec<PlacedRow>>,
    /// How much of the last page is taken.
    taken: f32,
}

impl Pagination {
    pub(super) fn new() -> Self {
        Self {
            pages: vec![],
            taken: HEIGHT,
        }
    }

    /// Places the rows of a block:
    ///
    /// - A block that does not fit the rest of the page begins a new page.
    /// - A block that does not fit any page begins on the current page and is divided between its
    ///   rows.
    pub(super) fn place(&mut self, rows: Vec<Row>, height: f32) {
        if height <= HEIGHT && !self.fits(height) {
            self.new_page();
        }
        for row in rows {
            if !self.fits(row.height) {
                // A page does not begin with empty space.
                if row.shapes.is_empty() {
                    continue;
                }
                self.new_page();
            }
            self.put(row);
        }
    }

    fn fits(&self, height: f32) -> bool {
        self.taken + height <= HEIGHT
    }

    fn new_page(&mut self) {
        self.pages.push(vec![]);
        self.taken = 0.0;
    }

    fn put(&mut self, row: Row) {
        let y = self.taken;
        self.taken += row.height;
        if let Some(page) = self.pages.last_mut() {
            page.push(PlacedRow { y, row });
        }
    }
}
