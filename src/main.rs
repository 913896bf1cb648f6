//! The binary: everything is in the library, so that tests and benches can use it.

use std::process::ExitCode;

/// Events are many small allocations on several threads, where the system's allocator holds everyone up. Without huge
/// pages (`no_thp`), of which the first byte takes two megabytes: an idle process would hold half as much again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    picket::cli::main()
}
