//! What must hold whatever happens to the process or the disk.
