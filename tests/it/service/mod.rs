//! `prisma.yml`: hand-made files, what they say or what is wrong with them, and edits of one line.

mod corpus;
mod disk;
mod properties;
