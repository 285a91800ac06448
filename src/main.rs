//! The program.

fn main() -> std::process::ExitCode {
    groundrules::cli::main()
}
