//! The kinds of routes that there are.

use schemars::JsonSchema;

use super::asked::Asked;
use super::paging::{self, Page};
use super::precondition::Target;
use super::problem::Problem;
use super::route::{Handler, Route, Success};
use super::show;
use super::view::Viewed;
use super::{Answer, Method, Task};
use crate::command::Command;

impl Route {
    /// A read whose answer is JSON of this type.
    pub(super) fn read<T: JsonSchema>(
        path: &'static str,
        read: impl Fn(&Asked<'_>) -> Result<Answer, Problem> + Send + Sync + 'static,
    ) -> Self {
        let handler = Handler::Read(Box::new(read));
        Self::new(Method::Get, path, Success::json::<T>(&[200]), handler)
    }

    /// The list of all records of a kind that may be seen and of which this is true.
    pub(super) fn list<T: Viewed>(
        path: &'static str,
        is_asked_for: impl Fn(&Asked<'_>, &T) -> bool + Send + Sync + 'static,
    ) -> Self {
        let read = move |asked: &Asked<'_>| {
            let records = T::all(asked.fleet).keys().map(String::as_str);
            let visible = records.filter_map(|key| Some((key, asked.find::<T>(key)?)));
            let wanted = visible.filter(|(_, kept)| is_asked_for(asked, &kept.value));
            let page = Page::of(wanted, &asked.query, |kept| T::shown(kept, asked));
            Ok(Answer::json(200, &page))
        };
        let mut route = Self::read::<Page<T::Shown>>(path, read);
        route.query.extend(paging::by_key());
        route
    }

    /// One record.
    pub(super) fn one<T: Viewed>(path: &'static str) -> Self {
        let read = |asked: &Asked<'_>| {
            let kept = asked.record::<T>()?;
            Ok(show::record(200, kept, asked))
        };
        let route = Self::read::<T::Shown>(path, read).on::<T>();
        Self {
            success: Success {
                has_etag: true,
                ..route.success
            },
            ..route
        }
    }

    /// A record that is put there, of a body of this type.
    pub(super) fn put<T: Viewed, B: JsonSchema>(
        path: &'static str,
        command: fn(&Asked<'_>) -> Result<Command, Problem>,
    ) -> Self {
        let success = Success::record::<T>(&[200, 201]);
        let handler = Handler::Write(command, show::put::<T>);
        let route = Self::new(Method::Put, path, success, handler).with_json::<B>();
        Self {
            target: Target::Put(T::KIND),
            ..route
        }
    }

    /// A record that is there and is put anew, of a body of this type.
    pub(super) fn put_anew<T: Viewed, B: JsonSchema>(
        path: &'static str,
        command: fn(&Asked<'_>) -> Result<Command, Problem>,
    ) -> Self {
        Self::action::<T>(Method::Put, path, command).with_json::<B>()
    }

    /// A record that comes to be, with a key that is not in the path.
    pub(super) fn create<T: Viewed, B: JsonSchema>(
        path: &'static str,
        command: fn(&Asked<'_>) -> Result<Command, Problem>,
    ) -> Self {
        let success = Success::record::<T>(&[201]);
        let handler = Handler::Write(command, show::created::<T>);
        Self::new(Method::Post, path, success, handler).with_json::<B>()
    }

    /// Something that is done with the record that the path names first.
    pub(super) fn action<T: Viewed>(
        method: Method,
        path: &'static str,
        command: fn(&Asked<'_>) -> Result<Command, Problem>,
    ) -> Self {
        let handler = Handler::Write(command, show::changed::<T>);
        Self::new(method, path, Success::record::<T>(&[200]), handler).on::<T>()
    }

    /// A record that is removed.
    pub(super) fn remove<T: Viewed>(
        path: &'static str,
        command: fn(&Asked<'_>) -> Result<Command, Problem>,
    ) -> Self {
        let handler = Handler::Write(command, |_, _| Ok(Answer::nothing()));
        Self::new(Method::Delete, path, Success::NOTHING, handler).on::<T>()
    }

    /// Something that the gateway does.
    pub(super) fn task(
        method: Method,
        path: &'static str,
        success: Success,
        task: fn(&Asked<'_>) -> Result<Task, Problem>,
    ) -> Self {
        let handler = Handler::Task(task, |_, _| Ok(Answer::nothing()));
        Self::new(method, path, success, handler)
    }
}
