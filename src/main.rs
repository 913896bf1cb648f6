//! The binary: everything is in the library, so that tests and benches can use it.

use std::process::ExitCode;

/// Events are many small allocations on several threads, where the system's allocator holds everyone up.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    picket::cli::main()
}
