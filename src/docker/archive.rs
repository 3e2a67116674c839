//! Images in a file: what `docker save` writes, compressed with gzip, so that `docker load` reads it without this program
//! too. The comment at its beginning names the images; that of an empty second member, which decompressors pass over,
//! has the digest of the first comment and the content.

use crate::context::Context;
use crate::error::{Failure, Kind, Result, Tried};
use crate::files;
use crate::secret::digest::Sha256;
use crate::ui::Stage;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

const PIECE: usize = 256 * 1024;

/// An image in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Image {
    pub name: String,
    /// Its id on the engine that saved it.
    pub id: String,
}

/// What the comment at the beginning says.
#[derive(Serialize, Deserialize)]
struct Contents {
    #[serde(rename = "prismaImages")]
    images: Vec<Image>,
}

/// A file under construction.
pub struct Writer<'a> {
    path: &'a Path,
    gzip: GzEncoder<BufWriter<&'a mut File>>,
    digest: Sha256,
    /// How many bytes it has got, uncompressed.
    pub bytes: u64,
}

impl<'a> Writer<'a> {
    pub fn new(path: &'a Path, file: &'a mut File, images: Vec<Image>) -> Result<Writer<'a>> {
        let comment = serde_json::to_string(&Contents { images });
        let comment = comment.tried(Kind::Failed, "could not describe the images")?;
        let mut digest = Sha256::new();
        digest.update(comment.as_bytes());
        // A fast one: the file is as often carried as it is stored.
        let gzip = GzBuilder::new()
            .filename("images.tar")
            .comment(comment)
            .write(BufWriter::new(file), Compression::fast());
        Ok(Writer {
            path,
            gzip,
            digest,
            bytes: 0,
        })
    }

    pub fn add(&mut self, piece: &[u8]) -> Result<()> {
        self.digest.update(piece);
        self.bytes += piece.len() as u64;
        let written = self.gzip.write_all(piece);
        written.map_err(|error| files::failure("write", self.path, error))
    }

    /// Ends the file with the digest.
    pub fn finish(self) -> Result<()> {
        let wrap = |error| files::failure("write", self.path, error);
        let file = self.gzip.finish().map_err(wrap)?;
        let end = GzBuilder::new()
            .comment(self.digest.finish())
            .write(file, Compression::none());
        end.finish().and_then(|mut file| file.flush()).map_err(wrap)
    }
}

/// The images in a file, once it is certain that it is as it was written.
pub fn check(ctx: &Context, path: &Path, stage: &Stage) -> Result<Vec<Image>> {
    let wrap = |error| files::failure("read", path, error);
    let file = File::open(path).map_err(wrap)?;
    let mut first = GzDecoder::new(BufReader::with_capacity(PIECE, file));
    let comment = first.header().and_then(|header| header.comment());
    let comment = comment.unwrap_or_default();
    let Ok(contents) = serde_json::from_slice::<Contents>(comment) else {
        return Err(foreign(path));
    };
    let (mut digest, mut done) = (Sha256::new(), 0_u64);
    digest.update(comment);
    let mut piece = vec![0; PIECE];
    loop {
        ctx.interrupt.check()?;
        let read = first
            .read(&mut piece)
            .map_err(|error| broken(path, error))?;
        if read == 0 {
            break;
        }
        digest.update(&piece[..read]);
        done += read as u64;
        stage.detail(&megabytes(done));
    }
    let mut last = GzDecoder::new(first.into_inner());
    let wanted = last.header().and_then(|header| header.comment());
    let is_right = wanted == Some(digest.finish().as_bytes());
    let more = last.read(&mut piece).map_err(|error| broken(path, error))?;
    if !is_right || more > 0 {
        return Err(damaged(path, "its digest is not that of its content"));
    }
    Ok(contents.images)
}

/// An amount as people read it.
pub fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / 1_000_000)
}

fn broken(path: &Path, error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => damaged(path, "its end is missing"),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            damaged(path, "its content is damaged")
        }
        _ => files::failure("read", path, error),
    }
}

fn damaged(path: &Path, why: &str) -> Failure {
    let message = format!("`{}` is not as it was saved: {why}", path.display());
    Failure::new(Kind::Failed, message).hint("copy it again; nothing was loaded")
}

fn foreign(path: &Path) -> Failure {
    let shown = path.display();
    let message = format!("`{shown}` was not written by `prisma local images save`");
    Failure::new(Kind::Failed, message).hint(format!(
        "if `docker save` wrote it, load it with `docker load -i {shown}`"
    ))
}
