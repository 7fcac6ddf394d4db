//! A watch of the log's head that needs no runtime: the kernel has no I/O, so it can't name tokio.

use parking_lot::Mutex;
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    task::{Context, Poll, Waker},
};

#[derive(Default)]
struct Shared {
    head: AtomicI64,
    wakers: Mutex<Vec<Waker>>,
}

/// The writing end, held by the store.
#[derive(Default, Clone)]
pub struct Sender(Arc<Shared>);

/// The reading end, held by a follower.
#[derive(Clone)]
pub struct Receiver(Arc<Shared>);

impl Sender {
    /// The head grew to `head`; smaller values are passed over.
    pub fn send(&self, head: i64) {
        if self.0.head.fetch_max(head, Ordering::AcqRel) < head {
            for waker in self.0.wakers.lock().drain(..) {
                waker.wake();
            }
        }
    }

    /// The head as last sent.
    pub fn head(&self) -> i64 {
        self.0.head.load(Ordering::Acquire)
    }

    /// A reading end.
    pub fn subscribe(&self) -> Receiver {
        Receiver(Arc::clone(&self.0))
    }
}

impl Receiver {
    /// The head as last sent.
    pub fn head(&self) -> i64 {
        self.0.head.load(Ordering::Acquire)
    }

    /// Resolves once the head is beyond `seen`.
    pub fn beyond(&self, seen: i64) -> impl Future<Output = i64> + Send + use<> {
        Beyond { shared: Arc::clone(&self.0), seen }
    }
}

struct Beyond {
    shared: Arc<Shared>,
    seen: i64,
}

impl Future for Beyond {
    type Output = i64;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<i64> {
        let mut wakers = self.shared.wakers.lock();
        let head = self.shared.head.load(Ordering::Acquire);
        if head > self.seen {
            return Poll::Ready(head);
        }
        wakers.push(cx.waker().clone());
        Poll::Pending
    }
}
