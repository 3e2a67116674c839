//! The adversary: what users, other programs and the system may do wrong, injected one by one. A file is named by what
//! it injects; each test counts its faults with [`crate::support::injected`].

mod children;
mod limits;
mod special_files;
mod terminals;
