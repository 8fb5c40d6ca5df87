//! Runs the checks and the load of a client program, and prints what came of them as TAP (testanything.org).

use std::error::Error;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt;
use tokio::task::JoinHandle;
use tokio::time::sleep;

const KEYS_OF_A_WORKER: usize = 20;
const PAUSE: Duration = Duration::from_millis(5);
const TALLY_INTERVAL: Duration = Duration::from_millis(500);

pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

pub fn expect<T: PartialEq + Debug>(actual: T, expected: T) -> Outcome {
    if actual == expected {
        return Ok(());
    }
    Err(format!("expected {expected:?}, got {actual:?}").into())
}

/// Replicas and subscriptions follow a moment later.
pub async fn eventually(mut condition: impl AsyncFnMut() -> bool) -> Outcome {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !condition().await {
        if Instant::now() > deadline {
            return Err("nothing of the kind happened within 10 s".into());
        }
        sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// Prints how a check ended; whether it passed.
pub fn report(name: &str, outcome: Outcome) -> bool {
    match &outcome {
        Ok(()) => println!("ok - {name}"),
        Err(error) => println!("not ok - {name}: {}", one_line(error)),
    }
    outcome.is_ok()
}

fn one_line(error: impl Display) -> String {
    error.to_string().replace('\n', " ")
}

/// Steps that are done over and over.
#[derive(Default)]
pub struct Load {
    tally: Arc<Tally>,
    workers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Tally {
    done: AtomicU64,
    errors: AtomicU64,
    lost: AtomicU64,
    stopping: AtomicBool,
}

impl Tally {
    fn print(&self) {
        let (done, errors, lost) = (
            self.done.load(Relaxed),
            self.errors.load(Relaxed),
            self.lost.load(Relaxed),
        );
        println!("# done={done} errors={errors} lost={lost}");
    }
}

impl Load {
    /// Starts a worker for a step: a function that stores the number and returns the one it found before, 0 if none.
    pub fn start<S, F>(&mut self, prefix: &str, name: &'static str, step: S)
    where
        S: Fn(String, u64) -> F + Send + 'static,
        F: Future<Output = Outcome<u64>> + Send,
    {
        let prefix = format!("{prefix}load:{name}:");
        let tally = self.tally.clone();
        self.workers
            .push(tokio::spawn(async move { work(prefix, name, step, &tally).await }));
    }

    /// Waits for the end of standard input; whether no acknowledged write was lost.
    pub async fn run_until_input_ends(self) -> bool {
        let tally = self.tally.clone();
        let printing = tokio::spawn(async move {
            loop {
                sleep(TALLY_INTERVAL).await;
                tally.print();
            }
        });
        let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
        self.tally.stopping.store(true, Relaxed);
        for worker in self.workers {
            worker.await.expect("a worker does not panic");
        }
        printing.abort();
        self.tally.print();
        let lost = self.tally.lost.load(Relaxed);
        let outcome = if lost > 0 {
            Err(format!("{lost} are lost").into())
        } else {
            Ok(())
        };
        report("load_keeps_acknowledged_writes", outcome)
    }
}

/// Works on a few keys of its own, and knows what was acknowledged. Ends when it is to stop, once all keys were looked at
/// a last time.
async fn work<S, F>(prefix: String, name: &str, step: S, tally: &Tally)
where
    S: Fn(String, u64) -> F,
    F: Future<Output = Outcome<u64>>,
{
    let mut acknowledged = [0; KEYS_OF_A_WORKER];
    let mut number = 0;
    let mut last = false;
    while !last {
        last = tally.stopping.load(Relaxed);
        for (index, least) in acknowledged.iter_mut().enumerate() {
            number += 1;
            match step(format!("{prefix}{index}"), number).await {
                Ok(found) => {
                    if found < *least {
                        tally.lost.fetch_add(1, Relaxed);
                        println!("# lost in {name}: {prefix}{index} has {found}, not {least}");
                    }
                    *least = number;
                    tally.done.fetch_add(1, Relaxed);
                }
                Err(error) => {
                    tally.errors.fetch_add(1, Relaxed);
                    println!("# error in {name}: {}", one_line(error));
                }
            }
            sleep(PAUSE).await;
        }
    }
}
