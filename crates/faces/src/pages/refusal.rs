//! What went wrong with a form, above it and at its fields; `refusal.html` shows it.

use super::page::Visit;
use crate::Problem;
use axum::http::StatusCode;
use meydan_kernel::Error;

/// Why a form came back.
pub struct Refusal {
    /// The sentence.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The status to answer with.
    pub status: StatusCode,
    fields: Vec<(String, String)>,
}

impl Refusal {
    /// From an error that the person can mend.
    ///
    /// # Errors
    /// Our own failures: they are no matter of the form.
    pub fn of(visit: &Visit, error: Error) -> Result<Self, Problem> {
        Self::from_problem(visit, Problem::from(error))
    }

    /// The same from a problem.
    ///
    /// # Errors
    /// As [`Refusal::of`].
    pub fn from_problem(visit: &Visit, problem: Problem) -> Result<Self, Problem> {
        if problem.status().is_server_error() && problem.status() != StatusCode::SERVICE_UNAVAILABLE {
            return Err(problem);
        }
        let error = problem.error();
        Ok(Self {
            message: error.message(visit.lang).to_owned(),
            hint: error.hint_text(visit.lang).map(str::to_owned),
            status: problem.status(),
            fields: error.fields().iter().map(|f| (f.field.clone(), f.message.get(visit.lang).to_owned())).collect(),
        })
    }

    /// With one sentence at one field.
    pub fn at_field(message: &str, field: &str) -> Self {
        Self {
            message: message.to_owned(),
            hint: None,
            status: StatusCode::BAD_REQUEST,
            fields: vec![(field.to_owned(), message.to_owned())],
        }
    }

    /// What is wrong with the fields, one sentence each.
    pub fn faults(&self) -> Vec<&str> {
        self.fields.iter().map(|(_, fault)| fault.as_str()).filter(|fault| *fault != self.message).collect()
    }

    /// What is wrong with a field.
    pub fn at(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == field).map(|(_, fault)| fault.as_str())
    }
}
