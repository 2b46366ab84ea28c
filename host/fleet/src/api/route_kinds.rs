//! Constructors for the kinds of routes.

use schemars::JsonSchema;

use super::paging::{self, Page};
use super::precondition::Target;
use super::problem::Problem;
use super::request::Request;
use super::responder;
use super::route::{Handler, Route, Success};
use super::view::RecordView;
use super::{Answer, Method, Task};
use crate::command::Command;

impl Route {
    /// A read that answers with JSON of this type.
    pub(super) fn read<T: JsonSchema>(
        path: &'static str,
        read: impl Fn(&Request<'_>) -> Result<Answer, Problem> + Send + Sync + 'static,
    ) -> Self {
        let handler = Handler::Read(Box::new(read));
        Self::new(Method::Get, path, Success::json::<T>(&[200]), handler)
    }

    /// The list of all records of a kind that the caller may see and that match the query.
    pub(super) fn list<T: RecordView>(
        path: &'static str,
        matches_query: impl Fn(&Request<'_>, &T) -> bool + Send + Sync + 'static,
    ) -> Self {
        let read = move |request: &Request<'_>| {
            let records = T::all(request.fleet).keys().map(String::as_str);
            let visible = records.filter_map(|key| Some((key, request.find::<T>(key)?)));
            let matching =
                visible.filter(|(_, versioned)| matches_query(request, &versioned.value));
            let page = Page::of(matching, &request.query, |versioned| {
                T::response(versioned, request)
            });
            Ok(Answer::json(200, &page))
        };
        let mut route = Self::read::<Page<T::Response>>(path, read);
        route.query.extend(paging::by_key());
        route
    }

    /// One record.
    pub(super) fn one<T: RecordView>(path: &'static str) -> Self {
        let read = |request: &Request<'_>| {
            let versioned = request.record::<T>()?;
            Ok(responder::record(200, versioned, request))
        };
        let route = Self::read::<T::Response>(path, read).on::<T>();
        Self {
            success: Success {
                has_etag: true,
                ..route.success
            },
            ..route
        }
    }

    /// Creates or replaces a record, from a JSON body of this type.
    pub(super) fn put<T: RecordView, B: JsonSchema>(
        path: &'static str,
        command: fn(&Request<'_>) -> Result<Command, Problem>,
    ) -> Self {
        let success = Success::record::<T>(&[200, 201]);
        let handler = Handler::Write(command, responder::put::<T>);
        let route = Self::new(Method::Put, path, success, handler).with_json::<B>();
        Self {
            target: Target::Put(T::KIND),
            ..route
        }
    }

    /// Replaces an existing record, from a JSON body of this type.
    pub(super) fn put_anew<T: RecordView, B: JsonSchema>(
        path: &'static str,
        command: fn(&Request<'_>) -> Result<Command, Problem>,
    ) -> Self {
        Self::action::<T>(Method::Put, path, command).with_json::<B>()
    }

    /// Creates a record whose key the gateway chooses.
    pub(super) fn create<T: RecordView, B: JsonSchema>(
        path: &'static str,
        command: fn(&Request<'_>) -> Result<Command, Problem>,
    ) -> Self {
        let success = Success::record::<T>(&[201]);
        let handler = Handler::Write(command, responder::created::<T>);
        Self::new(Method::Post, path, success, handler).with_json::<B>()
    }

    /// Does something with the record that the first path parameter names.
    pub(super) fn action<T: RecordView>(
        method: Method,
        path: &'static str,
        command: fn(&Request<'_>) -> Result<Command, Problem>,
    ) -> Self {
        let handler = Handler::Write(command, responder::changed::<T>);
        Self::new(method, path, Success::record::<T>(&[200]), handler).on::<T>()
    }

    /// Changes records of several kinds.
    pub(super) fn whole(
        path: &'static str,
        success: Success,
        command: fn(&Request<'_>) -> Result<Command, Problem>,
    ) -> Self {
        let handler = Handler::Write(command, |_, _| Ok(Answer::nothing()));
        Self::new(Method::Post, path, success, handler)
    }

    /// Removes a record.
    pub(super) fn remove<T: RecordView>(
        path: &'static str,
        command: fn(&Request<'_>) -> Result<Command, Problem>,
    ) -> Self {
        let handler = Handler::Write(command, |_, _| Ok(Answer::nothing()));
        Self::new(Method::Delete, path, Success::NOTHING, handler).on::<T>()
    }

    /// A task that the gateway performs.
    pub(super) fn task(
        method: Method,
        path: &'static str,
        success: Success,
        task: fn(&Request<'_>) -> Result<Task, Problem>,
    ) -> Self {
        let handler = Handler::Task(task, |_, _| Ok(Answer::nothing()));
        Self::new(method, path, success, handler)
    }
}
