//! What a check finds.

/// What is to be done where the database itself is damaged.
pub(super) const RESTORE: &str =
    "Stop the gateway, and restore a copy: `chargetap restore --help`.";
/// The same where all rows are there, and what belongs to them is not.
pub(super) const MADE_ANEW: &str = "Stop the gateway, make a copy by `chargetap backup`, and restore it into a new \
                                    database: `chargetap restore --help`.";

/// What is wrong with one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is: the id of a session, of a command or of a receipt, a number, or a name.
    pub id: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub action: &'static str,
}

impl Finding {
    /// Whether the database itself is damaged. Otherwise its file is whole, and a person has to see to something else.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        self.action == RESTORE
    }
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many things were looked at.
    pub count: u64,
    /// What is wrong; a hundred at most.
    pub findings: Vec<Finding>,
}
