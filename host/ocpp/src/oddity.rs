//! What was not as the specification has it.

/// How a message is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OddityKind {
    /// Control characters, or a byte order mark.
    Characters,
    /// The frame is cut off, or has more or other elements than it should.
    Frame,
    /// A member that OCPP does not have.
    UnknownMember,
    /// A member whose name has other capitals.
    Capitals,
    /// A value of another type that says what was meant: a number as text, a text as a number.
    OtherType,
    /// A number with a fraction or a sign where OCPP has none.
    Number,
    /// A member that must be there is missing.
    Missing,
    /// A value that cannot be read. It counts as missing.
    Unreadable,
    /// A time in another form than OCPP's.
    Time,
    /// A message of another kind than OCPP has.
    UnknownAction,
    /// An id of a transaction that is none here.
    Transaction,
}

impl OddityKind {
    /// Its name in metrics, logs and lists.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Characters => "characters",
            Self::Frame => "frame",
            Self::UnknownMember => "unknown-member",
            Self::Capitals => "capitals",
            Self::OtherType => "other-type",
            Self::Number => "number",
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
            Self::Time => "time",
            Self::UnknownAction => "unknown-action",
            Self::Transaction => "transaction",
        }
    }
}

/// Something odd in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// How it is odd.
    pub kind: OddityKind,
    /// Where: the action and the member. It never holds a value, which may be anything.
    pub place: String,
}

/// At most so many are listed of a message.
const MOST: usize = 16;
/// The longest name of a member that is listed, in characters.
const LONGEST_NAME: usize = 40;

/// What is odd in a message so far.
#[derive(Debug, Default)]
pub(crate) struct Oddities(Vec<Oddity>);

impl Oddities {
    pub(crate) fn add(&mut self, kind: OddityKind, action: &str, member: &str) {
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let plain =
            |name: &str| -> String { name.chars().filter(is_plain).take(LONGEST_NAME).collect() };
        let (action, member) = (plain(action), plain(member));
        let separator = if action.is_empty() || member.is_empty() {
            ""
        } else {
            "."
        };
        let place = format!("{action}{separator}{member}");
        let oddity = Oddity { kind, place };
        if self.0.len() < MOST && !self.0.contains(&oddity) {
            self.0.push(oddity);
        }
    }

    pub(crate) fn into_list(self) -> Vec<Oddity> {
        self.0
    }
}
