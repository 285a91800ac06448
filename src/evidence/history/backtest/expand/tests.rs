use super::*;
use crate::template;

fn run(text: &str, value: f64) -> Result<String, Unknown> {
    let labels = [("instance", "h0.example.com:9100"), ("zone", "a"), ("n", "12.5"), ("job", "node exporter")];
    let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let parsed = template::parse(text);
    assert!(parsed.errors.is_empty(), "{text}: {:?}", parsed.errors);
    expand(text, &parsed.ast, &Data::new(labels, value, 1_780_272_000_500))
}

/// Each was asked of `template.Expander` of Prometheus 3.14 with the same data.
#[test]
fn gives_what_prometheus_gives() {
    let cases: &[(&str, f64, &str)] = &[
        ("{{ $labels.instance }}/{{ .Labels.zone }}/{{ $labels.missing }}", 1.0, "h0.example.com:9100/a/"),
        ("{{ $value }} {{ .Value }}", 1e6, "1e+06 1e+06"),
        ("{{ $value }}", 123_456.0, "123456"),
        ("{{ $value }}", 0.000_012_345, "1.2345e-05"),
        ("{{ printf \"%.2f\" $value }}", 99.995, "100.00"),
        ("{{ printf \"%d\" $value }}", 0.0, "%!d(float64=0)"),
        ("{{ printf \"%5.1f|%-8s|%08.3f\" $value $labels.zone $value }}", -1.5, " -1.5|a       |-001.500"),
        ("{{ printf \"%q %v %t\" $labels.job 12 true }}", 1.0, "\"node exporter\" 12 true"),
        ("{{ printf \"%d %d\" 1 }}", 1.0, "1 %!d(MISSING)"),
        ("{{ printf \"%d\" 1 2 }}", 1.0, "1%!(EXTRA int=2)"),
        ("{{ printf \"%g %e\" $value $value }}", 1e21, "1e+21 1.000000e+21"),
        ("{{ humanize $value }}", 1_234_567.0, "1.235M"),
        ("{{ humanize $value }}", 0.000_5, "500u"),
        ("{{ humanize1024 $value }}", 1_048_576.0, "1Mi"),
        ("{{ humanizeDuration $value }}", 90_061.0, "1d 1h 1m 1s"),
        ("{{ humanizeDuration $value }}", 12.345_678, "12.35s"),
        ("{{ humanizeDuration $value }}", 0.5, "500ms"),
        ("{{ humanizePercentage $value }}", 0.123_456, "12.35%"),
        ("{{ $value | humanizeTimestamp }}", 1_780_272_000.25, "2026-06-01 00:00:00.249 +0000 UTC"),
        ("{{ $value | toDuration }}", 3661.5, "1h1m1.5s"),
        ("{{ $labels.instance | stripPort | toUpper }}", 1.0, "H0.EXAMPLE.COM"),
        ("{{ stripDomain $labels.instance }}", 1.0, "h0:9100"),
        ("{{ reReplaceAll \"(.*):(.*)\" \"$2-${1}\" $labels.instance }}", 1.0, "9100-h0.example.com"),
        ("{{ if gt $value 100.0 }}high{{ else if eq $labels.zone \"a\" \"b\" }}zone{{ end }}", 1.0, "zone"),
        ("{{ with $labels.missing }}{{ . }}{{ else }}none{{ end }}", 1.0, "none"),
        (
            "{{ range $k, $v := $labels }}{{ $k }}={{ $v }};{{ end }}",
            1.0,
            "instance=h0.example.com:9100;job=node exporter;n=12.5;zone=a;",
        ),
        ("{{ range $labels }}{{ . }}{{ break }}{{ end }}", 1.0, "h0.example.com:9100"),
        ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", 1.0, "2"),
        ("{{ or $labels.missing \"x\" }} {{ and $labels.zone 0 }} {{ not $labels.zone }}", 1.0, "x 0 false"),
        ("{{ match \"^h[0-9]\" $labels.instance }} {{ len $labels }}", 1.0, "true 4"),
        ("{{ print 1 2 \"a\" \"b\" 3 }}", 1.0, "1 2ab3"),
        ("{{ $labels }}", 1.0, "map[instance:h0.example.com:9100 job:node exporter n:12.5 zone:a]"),
        ("{{ (args 1 \"b\").arg1 }} {{ title $labels.job }}", 1.0, "b Node Exporter"),
        ("a {{- /* c */ -}} b", 1.0, "ab"),
    ];
    for (text, value, want) in cases {
        assert_eq!(run(text, *value).as_deref(), Ok(*want), "{text}");
    }
}

#[test]
fn does_not_guess_what_it_cannot_know() {
    for text in [
        "{{ with query \"up\" }}{{ . | first | value }}{{ end }}",
        "{{ $externalLabels.region }}",
        "{{ externalURL }}",
        "{{ gt $value 100 }}",
        "{{ toUpper $value }}",
        "{{ .Foo }}",
        "{{ $labels.instance.x }}",
        "{{ $ }}",
        "{{ humanize $labels.zone }}",
        "{{ reReplaceAll \"(\" \"\" $labels.zone }}",
        "{{ printf \"%*d\" 5 1 }}",
        "{{ printf \"%2000d\" 1 }}",
    ] {
        assert!(run(text, 5.0).is_err(), "{text}");
    }
}

#[test]
fn loops_in_loops_end() {
    let nested = format!("{}x{}", "{{ range $labels }}".repeat(20), "{{ end }}".repeat(20));
    assert_eq!(run(&nested, 1.0), Err(Unknown::new("too long")));
}
