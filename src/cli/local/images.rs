//! The arguments of `prisma local images …`.

use super::Name;
use crate::cli::domain;
use crate::cli::examples::examples;
use crate::cluster::{Connector, PrismaVersion};
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Images {
    /// write the images of a cluster to a file (docker save)
    ///
    /// Stages: pull those that the engine does not have; write all of them to the file, compressed, with a
    /// digest of the whole. The file appears only when it is complete. `docker load` reads it, too.
    #[command(after_help = examples(&[
        ("prisma local images save images.tar.gz", "of cluster `local`, or of a new one"),
        ("prisma local images save images.tar.gz --prisma-version 1.34", "for an upgrade to 1.34"),
    ]))]
    Save(Save),
    /// load images from a file of `prisma local images save` (docker load)
    ///
    /// The whole file is checked first: of one that is damaged or incomplete, nothing is loaded.
    #[command(after_help = examples(&[
        ("prisma local images load images.tar.gz", "on the machine without network"),
    ]))]
    Load(Load),
}

#[derive(Debug, Clone, Args)]
pub struct Save {
    /// file to write
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    #[command(flatten)]
    pub which: Name,
    /// Prisma version instead of the cluster's [default: 1.1 if the cluster does not exist]
    #[arg(long, env = "PRISMA_CLI_VERSION", value_name = "VERSION", value_parser = domain::<PrismaVersion>)]
    pub prisma_version: Option<PrismaVersion>,
    /// database, if the cluster does not exist: `mysql`, or `postgres` (Prisma 1.7 and later) [default: mysql]
    #[arg(long, env = "PRISMA_CLI_DATABASE", value_name = "DATABASE", value_parser = domain::<Connector>)]
    pub database: Option<Connector>,
    /// overwrite an existing file
    #[arg(short, long)]
    pub force: bool,
}

#[derive(Debug, Clone, Args)]
pub struct Load {
    /// file to read
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
}
