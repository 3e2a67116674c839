//! `sudo` must not lock users out of their own folders: what root creates in one is its owner's.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;

/// Gives what root has created, or has left behind earlier, to the owner of its folder. Where that is not
/// possible, it stays root's.
pub fn adopt(created: &File, folder: &Path) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    if let (Ok(new), Ok(folder)) = (created.metadata(), fs::metadata(folder))
        && new.uid() == 0
        && folder.uid() != 0
    {
        let _ = fchown(created, Some(folder.uid()), Some(folder.gid()));
    }
}

/// The same for a folder.
pub fn adopt_folder(created: &Path) {
    // Never what a link leads to: it may be the link of another user.
    let flags = rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::NOFOLLOW;
    let mut options = File::options();
    options.read(true).custom_flags(flags.bits().cast_signed());
    if let (Ok(file), Some(parent)) = (options.open(created), created.parent()) {
        adopt(&file, parent);
    }
}

/// Gives the new file the owner of the old one: `sudo` must not take a file away from its user.
pub fn keep_owner(file: &File, old: &fs::Metadata) {
    if let Ok(new) = file.metadata()
        && (new.uid(), new.gid()) != (old.uid(), old.gid())
    {
        // Only root can do the first; without it, the group alone may be possible.
        let _ = fchown(file, Some(old.uid()), Some(old.gid()))
            .or_else(|_| fchown(file, None, Some(old.gid())));
    }
}
