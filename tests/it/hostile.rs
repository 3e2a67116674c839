//! The adversary: what users, other programs and the system may do wrong, injected one by one. A file is named by what
//! it injects; each test counts its faults with [`crate::support::injected`].

mod at_once;
mod children;
mod editors;
mod endless;
mod killed;
mod left_data;
mod limits;
mod names;
mod owners;
mod special_files;
mod terminals;
