//! What a whole offline check costs, side by side in one run: `groundrules check --offline`, `promtool check rules` where one is
//! on the PATH, and the bare event scan of granit-parser over the same bytes.
//!
//! `cargo bench --bench check -- FOLDER` measures on the files below a folder; without one it writes 2,000 files with 100,000
//! alerts, then ten times as many, and says how wall time, CPU and memory grow from one to the other.
#![expect(clippy::print_stdout, reason = "the figures are for a terminal")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use granit_parser::{Event, Parser};
use nix::sys::resource::{UsageWho, getrusage};

const ROUNDS: usize = 7;
const OURS: &str = env!("CARGO_BIN_EXE_groundrules");

/// What one run of a program took.
#[derive(Clone, Copy)]
struct Cost {
    /// Milliseconds on the clock.
    wall: f64,
    /// Milliseconds of CPU.
    cpu: f64,
    /// Peak memory in MiB.
    memory: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--measure", program, rest @ ..] => measure(program, rest),
        ["--scan", files @ ..] => scan(files),
        [] => growth(),
        [folder, ..] => compare(Path::new(folder)),
    }
}

/// Runs a program alone and prints what it took: the system keeps the highest memory of all children, so each needs a parent.
fn measure(program: &str, arguments: &[&str]) {
    let start = Instant::now();
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    let wall = start.elapsed().as_secs_f64() * 1e3;
    let used = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let millis = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 * 1e3 + time.tv_usec() as f64 / 1e3;
    let cpu = millis(used.user_time()) + millis(used.system_time());
    println!("{wall} {cpu} {} {}", used.max_rss() as f64 / 1024.0, status.code().unwrap_or(-1));
}

/// The median run, by its CPU; the exit code has to be one of `codes`.
fn cost(program: &str, arguments: &[&str], folder: &Path, codes: &[i32]) -> Cost {
    let mut costs: Vec<Cost> = (0..ROUNDS).map(|_| one(program, arguments, folder, codes)).collect();
    costs.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
    costs[ROUNDS / 2]
}

fn one(program: &str, arguments: &[&str], folder: &Path, codes: &[i32]) -> Cost {
    let this = std::env::current_exe().unwrap();
    let all = ["--measure", program].into_iter().chain(arguments.iter().copied());
    let output = Command::new(this).args(all).current_dir(folder).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let &[wall, cpu, memory, code] = numbers.as_slice() else { panic!("{program}: {text}") };
    assert!(codes.contains(&(code as i32)), "{program} ended with {code}");
    Cost { wall, cpu, memory }
}

/// Reads files and steps through their events, as little as any reader of YAML does.
fn scan(files: &[&str]) {
    let mut events = 0;
    for file in files {
        let text = fs::read_to_string(file).unwrap_or_default();
        for event in Parser::new_from_str(&text) {
            match event {
                Ok((Event::StreamEnd, _)) | Err(_) => break,
                Ok(_) => events += 1,
            }
        }
    }
    println!("{events} events");
}

fn show(name: &str, cost: Cost, ours: Cost) {
    let Cost { wall, cpu, memory } = cost;
    println!("{name:<34} {wall:8.1} ms wall {cpu:8.1} ms CPU {memory:7.1} MiB  {:5.2} x", cpu / ours.cpu);
}

/// The files that Prometheus could load, by their names.
fn rule_files(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap().flatten() {
            let path: PathBuf = entry.path();
            let named =
                path.extension().is_some_and(|ending| ["yaml", "yml", "rules"].iter().any(|one| ending == *one));
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if named {
                files.push(path.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    files.sort();
    files
}

fn compare(folder: &Path) {
    let files = rule_files(folder);
    let bytes: u64 = files.iter().filter_map(|file| fs::metadata(folder.join(file)).ok()).map(|meta| meta.len()).sum();
    println!(
        "{} files, {:.1} MB; the median of {ROUNDS} runs; the last column is CPU beside ours",
        files.len(),
        bytes as f64 / 1e6
    );
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    let ours = cost(OURS, &["check", "--offline", "--format", "json", "."], folder, &[0, 1]);
    show("groundrules check --offline", ours, ours);
    let this = std::env::current_exe().unwrap();
    let scan = cost(&this.display().to_string(), &[&["--scan"], &names[..]].concat(), folder, &[0]);
    show("granit-parser, events alone", scan, ours);
    let promtool = std::env::var("PROMTOOL").unwrap_or_else(|_| "promtool".to_owned());
    if Command::new(&promtool).arg("--version").output().is_err() {
        println!("promtool check rules: not measured, there is no promtool on the PATH");
        return;
    }
    let theirs = cost(&promtool, &[&["check", "rules", "--lint=none"], &names[..]].concat(), folder, &[0, 1, 3]);
    show("promtool check rules --lint=none", theirs, ours);
}

fn growth() {
    let small = sized(2_000);
    let large = sized(20_000);
    println!(
        "ten times the alerts: {:.1} times the CPU, {:.1} times the memory",
        large.cpu / small.cpu,
        large.memory / small.memory
    );
}

/// The cost of a check over so many files of 50 alerts each.
fn sized(files: usize) -> Cost {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..files {
        let below = folder.path().join(format!("team-{}", number % 100));
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join(format!("{number}.yaml")), file(number)).unwrap();
    }
    let mut costs: Vec<Cost> =
        (0..3).map(|_| one(OURS, &["check", "--offline", "--format", "json", "."], folder.path(), &[0, 1])).collect();
    costs.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
    let Cost { wall, cpu, memory } = costs[1];
    println!("{files} files, {} alerts: {wall:.0} ms wall, {cpu:.0} ms CPU, {memory:.0} MiB", files * 50);
    costs[1]
}

/// A rule file as a team writes it, 50 alerts; one in ten lacks its runbook.
fn file(number: usize) -> String {
    let mut text = format!("groups:\n- name: service-{number}\n  rules:\n");
    for alert in 0..50 {
        let _ = write!(
            text,
            "  - alert: Service{number}Symptom{alert}\n    expr: |\n      sum by (instance) (rate(service_{number}_errors_total{{job=\"s{number}\", code=~\"5..\"}}[5m]))\n        / sum by (instance) (rate(service_{number}_requests_total{{job=\"s{number}\"}}[5m])) > 0.0{alert}1\n    for: 10m\n    labels:\n      severity: warning\n      team: team-{}\n    annotations:\n      summary: Instance {{{{ $labels.instance }}}} fails {{{{ $value | humanizePercentage }}}} of its requests\n",
            number % 100,
        );
        if alert % 10 != 0 {
            let _ = writeln!(text, "      runbook_url: https://wiki.acme.internal/service-{number}#symptom-{alert}");
        }
    }
    text
}
