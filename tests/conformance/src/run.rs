//! A case on an instance of its own.

use wasmtime::component::{Type, Val};

use crate::case::{Call, Case};
use crate::component::{Component, Instance};
use crate::matching::{self, Mismatch};
use crate::value::{self, Kept};

/// What became of a case.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What each call was given, as far as they were made: a list in JSON, with kept values filled in.
    pub arguments: Vec<String>,
    /// What each call answered: JSON, the same from every host.
    pub answers: Vec<String>,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
}

/// Why a case failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The call, from 0.
    pub call: usize,
    /// Its function.
    pub function: String,
    /// What went wrong, and where in the value.
    pub reason: String,
}

/// Make the calls of a case, until one does not answer as expected.
#[must_use]
pub fn run(component: &Component<'_>, case: &Case) -> Outcome {
    let mut outcome = Outcome {
        arguments: Vec::new(),
        answers: Vec::new(),
        failure: None,
    };
    let mut instance = match component.instantiate() {
        Ok(instance) => instance,
        Err(error) => {
            outcome.failure = Some(Failure {
                call: 0,
                function: "the component".into(),
                reason: format!("no instance can be made: {error:#}"),
            });
            return outcome;
        }
    };
    let mut kept = Kept::new();
    for (at, call) in case.calls.iter().enumerate() {
        let reason = match make(&mut instance, call, &kept) {
            Ok(made) => {
                outcome.arguments.push(made.arguments);
                outcome.answers.push(value::write(&made.ty, &made.answer));
                let checked = matching::check(&made.ty, &call.result, &made.answer, &mut kept);
                checked.err().map(explained)
            }
            Err(reason) => Some(reason),
        };
        if let Some(reason) = reason {
            outcome.failure = Some(Failure {
                call: at,
                function: call.function.clone(),
                reason,
            });
            break;
        }
    }
    outcome
}

/// A call that was made.
struct Made {
    arguments: String,
    ty: Type,
    answer: Val,
}

fn make(instance: &mut Instance<'_>, call: &Call, kept: &Kept) -> Result<Made, String> {
    let function = instance
        .function(&call.function)
        .ok_or("the contract has no such function")?;
    let ty = function.ty(&instance.store);
    let result = ty.results().next().ok_or("it answers nothing")?;
    if ty.params().len() != call.arguments.len() {
        return Err(format!("it takes {} arguments", ty.params().len()));
    }
    let arguments = ty.params().zip(&call.arguments).map(|((name, ty), json)| {
        value::read(&ty, json, kept).map_err(|why| format!("the argument {name}: {why}"))
    });
    let arguments = arguments.collect::<Result<Vec<Val>, String>>()?;
    let mut answer = [Val::Bool(false)];
    instance.allow_time();
    function
        .call(&mut instance.store, &arguments, &mut answer)
        .map_err(|error| format!("the call failed: {error:#}"))?;
    let [answer] = answer;
    let written = ty.params().zip(&arguments);
    let written = written.map(|((_, ty), value)| value::write(&ty, value));
    Ok(Made {
        arguments: value::list(written),
        ty: result,
        answer,
    })
}

fn explained(mismatch: Mismatch) -> String {
    let Mismatch {
        place,
        expected,
        came,
    } = mismatch;
    format!("at {place}\nexpected  {expected}\ncame      {came}")
}
