//! A run that can be looked at and signalled while it goes on.

use super::Place;
use crate::cluster::support::home::Outcome;
use crate::support::schema::Asked;
use std::io::Read;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(30);

/// A run of `prisma deploy`. Dropped, it is killed.
pub struct Running {
    child: Child,
    stdout: Stream,
    stderr: Stream,
    home: String,
    asked: Asked,
}

struct Stream(Arc<Mutex<String>>, Option<JoinHandle<()>>);

impl Stream {
    fn read(mut source: impl Read + Send + 'static) -> Stream {
        let text = Arc::new(Mutex::new(String::new()));
        let sink = Arc::clone(&text);
        let reader = std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = source.read(&mut chunk) {
                let mut sink = sink.lock().expect("not poisoned");
                *sink += &String::from_utf8_lossy(&chunk[..count]);
            }
        });
        Stream(text, Some(reader))
    }

    fn so_far(&self) -> String {
        self.0.lock().expect("not poisoned").clone()
    }

    fn all(&mut self) -> String {
        if let Some(reader) = self.1.take() {
            reader.join().expect("reads");
        }
        self.so_far()
    }
}

impl Running {
    pub fn start(place: &Place, args: &[&str]) -> Running {
        let args: Vec<&str> = ["deploy"].iter().chain(args).copied().collect();
        let mut child = place
            .home
            .command(&args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        Running {
            stdout: Stream::read(child.stdout.take().expect("piped")),
            stderr: Stream::read(child.stderr.take().expect("piped")),
            child,
            home: place.home.path("").display().to_string(),
            asked: place.home.asked(&args),
        }
    }

    /// Both streams so far.
    pub fn shown(&self) -> String {
        format!(
            "{}--- stderr\n{}",
            self.stdout.so_far(),
            self.stderr.so_far()
        )
    }

    /// Waits until something is so.
    #[track_caller]
    pub fn until(&self, what: &str, is: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !is(&self.shown()) {
            assert!(begun.elapsed() < LIMIT, "not {what}:\n{}", self.shown());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until a text has been shown so often.
    #[track_caller]
    pub fn see(&self, text: &str, times: usize) {
        self.until(text, |shown| shown.matches(text).count() >= times);
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let kill = std::process::Command::new("kill")
            .args(["-s", name, &id])
            .status();
        assert!(kill.expect("kill runs").success());
    }

    /// Waits for the end, and checks the document that was printed, if one was asked for.
    #[track_caller]
    pub fn end(mut self) -> Outcome {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            assert!(begun.elapsed() < LIMIT, "does not end:\n{}", self.shown());
            std::thread::sleep(Duration::from_millis(2));
        };
        let home = self.home.trim_end_matches('/').to_owned();
        self.asked
            .check("prisma deploy", status.code(), &self.stdout.all());
        Outcome {
            code: status.code(),
            stdout: self.stdout.all().replace(&home, "HOME"),
            stderr: self.stderr.all().replace(&home, "HOME"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
