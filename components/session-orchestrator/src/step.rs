//! A step in the making: the session, and what the step asks of the host.

use chargetap_contract::screen::Message;
use chargetap_contract::session::{
    Action, Alert, Attention, Command, Decision, Policy, Refusal, Show,
};

use crate::command_id::{CommandId, CommandKind};
use crate::session::{Session, Stage};

/// How long a message stays on the terminal's screen, in milliseconds.
const MESSAGE_VISIBLE_FOR: u64 = 6_000;

pub(crate) struct Step<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) now: u64,
    pub(crate) session: Session,
    pub(crate) commands: Vec<Command>,
    /// When the session wants to be stepped again without an event.
    pub(crate) deadline: Option<u64>,
}

impl<'a> Step<'a> {
    pub(crate) fn new(policy: &'a Policy, session: Session, now: u64) -> Self {
        Self {
            policy,
            now,
            session,
            commands: Vec::new(),
            deadline: None,
        }
    }

    /// An ended session has no deadline.
    pub(crate) fn decision(self) -> Result<Decision, Refusal> {
        let has_ended = matches!(self.session.stage, Stage::Ended(_));
        Ok(Decision {
            view: self.session.view(),
            state: self.session.encode()?,
            commands: self.commands,
            deadline: self.deadline.filter(|_| !has_ended),
        })
    }

    pub(crate) fn not_applicable(&self) -> Result<(), Refusal> {
        Err(Refusal::NotApplicable(self.session.stage.phase()))
    }

    /// Ask the host for `action`. The same kind again repeats the command under the same id.
    pub(crate) fn command(&mut self, kind: CommandKind, action: Action) {
        let id = CommandId {
            session: self.session.id.clone(),
            kind,
        };
        self.commands.push(Command {
            id: id.to_string(),
            action,
        });
    }

    /// Call a person, and say what to do. Every alert is a command of its own.
    pub(crate) fn alert(&mut self, reason: Attention, next_action: impl Into<String>) {
        let kind = CommandKind::Alert {
            step: self.session.steps,
            place: self.commands.len(),
        };
        let next_action = next_action.into();
        self.command(
            kind,
            Action::RaiseAlert(Alert {
                reason,
                next_action,
            }),
        );
    }

    /// Put a message on the terminal's screen. Every message is a command of its own.
    pub(crate) fn show(&mut self, message: Message) {
        let kind = CommandKind::Message {
            step: self.session.steps,
            place: self.commands.len(),
        };
        self.command(
            kind,
            Action::ShowMessage(Show {
                terminal: self.session.terminal.clone(),
                message,
                visible_for: MESSAGE_VISIBLE_FOR,
            }),
        );
    }
}
