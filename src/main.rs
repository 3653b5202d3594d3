//! Arguments in, exit code out.

fn main() -> std::process::ExitCode {
    tandem::cli::main()
}
