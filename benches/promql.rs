//! Megabytes of expressions a second on one core: this parser beside the crate `promql-parser`, in one run.
//!
//! `cargo bench --bench promql` measures on expressions of its own; `cargo bench --bench promql -- FILE` on a file of JSON lines
//! with the key `input`. Where the lines have the keys `source` and `fail`, only those with the source `real` that do not fail count.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the figures are for a terminal")]

use std::hint::black_box;
use std::time::{Duration, Instant};

const OWN: [&str; 12] = [
    "up == 0",
    "rate(http_requests_total{job=\"api\", code=~\"5..\"}[5m]) > 0.05",
    "sum by (instance, job) (rate(node_network_receive_errs_total[2m])) / sum by (instance, job) (rate(node_network_receive_packets_total[2m])) > 0.01",
    "histogram_quantile(0.99, sum by (le, route) (rate(request_duration_seconds_bucket{route!~\"/(health|ready)\"}[10m]))) > 1.5",
    "predict_linear(node_filesystem_avail_bytes{fstype!=\"tmpfs\"}[6h], 24 * 3600) < 0 and on (instance, device) node_filesystem_readonly == 0",
    "absent(up{job=\"prometheus\"} == 1)",
    "time() - max by (backup) (backup_last_success_timestamp_seconds) > 36 * 3600",
    "max_over_time(sum by (queue) (queue_length{queue=~\"mail|bulk\"})[30m:1m]) > 1000 unless on () maintenance == 1",
    "(1 - avg by (instance) (rate(node_cpu_seconds_total{mode=\"idle\"}[5m]))) * 100 > 90",
    "kube_pod_status_ready{condition=\"true\"} == 0 and on (namespace, pod) kube_pod_status_phase{phase=\"Running\"} == 1",
    "delta(process_open_fds[1h] offset 1d) > 100 or process_open_fds / process_max_fds > 0.8",
    "label_replace(count by (version) (build_info), \"release\", \"$1\", \"version\", \"v([0-9]+)[.].*\") > 1",
];

/// How long each side is measured, after a round to warm up.
const TIME: Duration = Duration::from_secs(2);

fn main() {
    let path = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let expressions = path.map_or_else(|| OWN.map(str::to_owned).to_vec(), |path| read(&path));
    let bytes: usize = expressions.iter().map(String::len).sum();
    println!("{} expressions, {bytes} bytes", expressions.len());
    let options = groundrules::promql::Options::default();
    let ours = speed(&expressions, |text| {
        black_box(groundrules::promql::parse(black_box(text), &options));
    });
    let theirs = speed(&expressions, |text| {
        let _ = black_box(promql_parser::parser::parse(black_box(text)));
    });
    println!("groundrules    {ours:7.1} MB/s");
    println!("promql-parser  {theirs:7.1} MB/s");
    println!("ratio          {:7.1}", ours / theirs);
}

fn read(path: &str) -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("{path} can't be read");
        std::process::exit(2);
    };
    let lines = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let counts = |line: &serde_json::Value| {
        let real = line.get("source").is_none_or(|source| source == "real");
        real && line.get("fail").is_none_or(|fail| fail == false)
    };
    lines.filter(counts).filter_map(|line| line.get("input")?.as_str().map(str::to_owned)).collect()
}

/// Megabytes a second.
fn speed(expressions: &[String], parse: impl Fn(&str)) -> f64 {
    let round = || expressions.iter().for_each(|text| parse(text));
    round();
    let (start, mut rounds) = (Instant::now(), 0_u32);
    while start.elapsed() < TIME {
        round();
        rounds += 1;
    }
    let bytes: usize = expressions.iter().map(String::len).sum();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let megabytes = bytes as f64 / 1e6;
    megabytes * f64::from(rounds) / start.elapsed().as_secs_f64()
}
