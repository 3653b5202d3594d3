//! Parts by themselves: the matcher on public lists, `tandem map`, the sandbox, and the tests' own tools.

mod map;
mod matching;
mod sandbox;
mod support;
