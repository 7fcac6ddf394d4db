//! Limits of a request as such: its head, and the time that its body may take. Sizes of bodies are the handlers' (2 MB for forms,
//! [`crate::changes::MAX_BODY_BYTES`] for changes).

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use meydan_kernel::Error;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep};

/// Limit: header fields of a request.
pub const MAX_HEADERS: usize = 64;
/// Limit: bytes of all header fields of a request together.
pub const MAX_HEADER_BYTES: usize = 32 * 1024;
/// Limit: bytes of a request's path and query (a filter of 16 KB, percent-encoded, fits in).
pub const MAX_TARGET_BYTES: usize = 56 * 1024;
/// Limit: how long a body may be silent.
pub const BODY_SILENCE: Duration = Duration::from_secs(15);
/// Limit: how long a body may take altogether.
pub const BODY_TIME: Duration = Duration::from_secs(120);

/// The middleware: refuses heads that are too large, and lets no body take for ever.
pub async fn of_requests(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        let error = Error::invalid(
            "headers-too-large",
            format!("İsteğin başlıkları çok fazla ya da çok uzun (en çok {MAX_HEADERS} başlık, {MAX_HEADER_BYTES} bayt)."),
            format!("The request has too many or too long headers (at most {MAX_HEADERS}, {MAX_HEADER_BYTES} bytes)."),
        );
        return crate::Problem::with_status(error, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE).into_response();
    }
    if request.uri().path_and_query().is_some_and(|target| target.as_str().len() > MAX_TARGET_BYTES) {
        let error = Error::invalid(
            "address-too-long",
            format!("Adres çok uzun (en çok {MAX_TARGET_BYTES} bayt)."),
            format!("The address is too long (at most {MAX_TARGET_BYTES} bytes)."),
        );
        return crate::Problem::with_status(error, StatusCode::URI_TOO_LONG).into_response();
    }
    next.run(request).await
}

/// The middleware that gives a request's body its time.
pub async fn of_bodies(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    next.run(request.map(|body| Body::new(Patient::new(body, BODY_SILENCE, BODY_TIME)))).await
}

/// A body that ends with an error when it was silent too long, or took too long.
struct Patient {
    inner: Body,
    waiting: Pin<Box<Sleep>>,
    silence: Duration,
    end: Instant,
}

impl Patient {
    fn new(inner: Body, silence: Duration, time: Duration) -> Self {
        Self { inner, waiting: Box::pin(sleep(silence)), silence, end: Instant::now() + time }
    }
}

impl HttpBody for Patient {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(context) {
            let next = (Instant::now() + this.silence).min(this.end);
            this.waiting.as_mut().reset(next);
            return Poll::Ready(frame);
        }
        match this.waiting.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Some(Err(axum::Error::new("the body took too long")))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{StreamExt as _, stream};
    use std::io::Error;

    const SILENCE: Duration = Duration::from_millis(200);
    const TIME: Duration = Duration::from_millis(600);

    async fn read(body: Body) -> Result<Bytes, axum::Error> {
        axum::body::to_bytes(Body::new(Patient::new(body, SILENCE, TIME)), 1 << 20).await
    }

    fn piece(text: &'static str) -> Result<Bytes, Error> {
        Ok(Bytes::from_static(text.as_bytes()))
    }

    #[tokio::test]
    async fn a_body_that_falls_silent_or_drips_is_given_up() {
        let whole = Body::from_stream(stream::iter([piece("one"), piece("two")]));
        assert_eq!(read(whole).await.expect("whole"), "onetwo");
        let silent = Body::from_stream(stream::iter([piece("{")]).chain(stream::pending()));
        assert!(read(silent).await.is_err());
        let start = Instant::now();
        let drip = stream::repeat(()).then(|()| async {
            sleep(SILENCE / 10).await;
            piece(" ")
        });
        assert!(read(Body::from_stream(drip)).await.is_err());
        assert!(start.elapsed() >= TIME, "as long as it speaks it has its time");
    }
}
