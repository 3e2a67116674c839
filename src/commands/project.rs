//! The project that a command is run in.

use crate::config::Project;
use crate::context::{Context, require_unicode, working_folder};
use crate::error::Result;
use std::path::Path;

/// Finds it from the working directory, or as `given` by `--project`, and says what was found if the user
/// did not name it.
pub fn find(ctx: &Context, given: Option<&Path>) -> Result<Project> {
    let project = Project::find(working_folder()?, given)?;
    for path in [&project.file, &project.working] {
        require_unicode(path, "rename it, or deploy from another folder")?;
    }
    let found = format!("using `{}`", project.file.display());
    if project.is_guess {
        ctx.ui.status(&found);
    } else if project.folder() != project.working {
        ctx.ui.detail(&found);
    }
    Ok(project)
}
