//! `prisma deploy`.

use super::complete::Live;
use super::{ProjectFlag, wait};
use clap::builder::BoolishValueParser;
use clap::{Args, ValueHint};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags are independent")]
pub struct Deploy {
    /// override the stage in prisma.yml
    #[arg(short, long, env = "PRISMA_CLI_STAGE", add = Live::Stage)]
    pub stage: Option<String>,
    /// override the cluster in prisma.yml: a name from the registry, or `WORKSPACE/NAME`
    #[arg(short, long, env = "PRISMA_CLI_CLUSTER", value_name = "NAME", add = Live::Registered)]
    pub cluster: Option<String>,
    /// allow changes that lose data
    #[arg(short, long)]
    pub force: bool,
    /// short for `--dry-run`: preview the changes
    #[arg(short, env = "PRISMA_CLI_DRY_RUN", value_parser = BoolishValueParser::new())]
    pub d: bool,
    /// short for `--json`
    #[arg(short, env = "PRISMA_CLI_JSON", value_parser = BoolishValueParser::new())]
    pub j: bool,
    /// choose the cluster interactively even if prisma.yml names one
    #[arg(short, long, short_alias = 'n', alias = "new", env = "PRISMA_CLI_INTERACTIVE", value_parser = BoolishValueParser::new())]
    pub interactive: bool,
    #[command(flatten)]
    pub project: ProjectFlag,
    /// env file to use instead of `.env`
    #[arg(short, long, env = "PRISMA_CLI_ENV_FILE", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub env_file: Option<PathBuf>,
    /// do not seed a new service
    #[arg(long, env = "PRISMA_CLI_NO_SEED", value_parser = BoolishValueParser::new())]
    pub no_seed: bool,
    /// do not save the chosen cluster in prisma.yml
    #[arg(long, env = "PRISMA_CLI_NO_WRITE", value_parser = BoolishValueParser::new())]
    pub no_write: bool,
    /// watch the service's files and redeploy on change
    #[arg(short, long, env = "PRISMA_CLI_WATCH", value_parser = BoolishValueParser::new())]
    pub watch: bool,
    /// instead of deploying, write the datamodel in the syntax of Prisma 1.31 and later to a new file
    #[arg(long, env = "PRISMA_CLI_CONVERT_DATAMODEL", value_parser = BoolishValueParser::new(), conflicts_with = "watch")]
    pub convert_datamodel: bool,
    /// how long to wait for another deployment, the migration, each `seed` or `hooks` command, and a starting server; a
    /// server elsewhere is only waited for if this is set [default: 10m]
    #[arg(long, env = "PRISMA_CLI_WAIT_TIMEOUT", value_name = "DURATION", value_parser = wait)]
    pub wait_timeout: Option<Duration>,
}

impl Deploy {
    /// The flags that were given, for `${opt:NAME}` in prisma.yml, by their names here and in the npm CLIs.
    pub fn options(&self, dry_run: bool) -> BTreeMap<String, String> {
        let path = |path: &Path| path.display().to_string();
        let limit = |limit: Duration| humantime::format_duration(limit).to_string();
        let values = [
            ("stage", self.stage.clone()),
            ("cluster", self.cluster.clone()),
            ("env-file", self.env_file.as_deref().map(path)),
            ("project", self.project.path().map(path)),
            ("wait-timeout", self.wait_timeout.map(limit)),
        ];
        let flags = [
            ("dry-run", dry_run),
            ("force", self.force),
            ("interactive", self.interactive),
            ("new", self.interactive),
            ("no-seed", self.no_seed),
            ("no-write", self.no_write),
            ("watch", self.watch),
            ("json", self.j),
        ];
        let flags = flags.map(|(name, is_given)| (name, is_given.then(|| "true".to_owned())));
        let given = values.into_iter().chain(flags);
        given
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }

    /// How long to wait for each of them.
    pub fn limit(&self) -> Duration {
        self.wait_timeout.unwrap_or(Duration::from_secs(600))
    }
}
