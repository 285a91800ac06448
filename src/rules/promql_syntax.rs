//! Every expression is PromQL that the server accepts.

use serde::Deserialize;

use super::syntax;
use crate::diagnostic::Severity;
use crate::lint::{Configurable, Context, Level, LintRule, Meta};
use crate::model::{Dialect, Rule};
use crate::promql;

/// `promql-syntax`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromqlSyntax {}

impl Configurable for PromqlSyntax {
    const META: Meta = Meta {
        id: "promql-syntax",
        summary: "every expression is PromQL that the server accepts",
        level: Level::At(Severity::Error),
        levels: "error",
        page: include_str!("../../rules/promql-syntax.md"),
    };
}

impl LintRule for PromqlSyntax {
    fn rule(&self, rule: &Rule, cx: &mut Context<'_>) {
        let Some(query) = rule.query() else {
            let dialect = cx.file().map(|file| file.group(rule).dialect);
            return cx.unknown(match dialect {
                _ if rule.labels.broken && !rule.expr.templated() => "a mistake in the YAML hides the expression",
                Some(Dialect::Loki) => "the expression is LogQL",
                Some(Dialect::VictoriaMetrics) => "the expression is in a language of VictoriaMetrics",
                _ => "the expression holds a template engine's placeholder",
            });
        };
        let text = rule.expr.value();
        let mut errors = query.errors.clone();
        if let Some(options) = rule.written_for() {
            syntax::keep_mending(text, &mut errors, |text| promql::parse(text, &options).errors.len());
        }
        for mut error in errors {
            let written = text.get(error.range.range()).unwrap_or_default();
            let called = text.get(error.range.end as usize..).unwrap_or_default().trim_start().starts_with('(');
            let subject = format!("{}: {written}", error.message);
            let other = if called { dialect_of(written) } else { None };
            if other.is_some() {
                // A function of a near name means something else.
                (error.fix, error.help) = (None, Vec::new());
            }
            let message = error.message.clone();
            let diagnostic = syntax::report(cx, &rule.expr, error, message);
            diagnostic.cause("expressions that Prometheus refuses").subject(subject);
            if let Some((dialect, reader, language)) = other {
                let dialect = dialect.as_str();
                diagnostic.note(format!("{language}, the language of {reader}, has this function")).help(format!(
                    "if {reader} reads this file, say so: `dialect: {dialect}` in the policy, or `--dialect {dialect}`"
                ));
            }
        }
    }
}

/// The dialect that has this function and Prometheus has not: its name, who reads it, and how its language is called.
fn dialect_of(function: &str) -> Option<(Dialect, &'static str, &'static str)> {
    let has = |functions: &str| functions.split(' ').any(|name| name == function);
    if has(METRICSQL) {
        return Some((Dialect::VictoriaMetrics, "VictoriaMetrics", "MetricsQL"));
    }
    has(LOGQL).then_some((Dialect::Loki, "Loki", "LogQL"))
}

/// Of `rollup.go`, `transform.go` and `aggr.go` in VictoriaMetrics/metricsql.
const METRICSQL: &str = "\
    aggr_over_time alias any ascent_over_time bitmap_and bitmap_or bitmap_xor bottomk_avg bottomk_last bottomk_max \
    bottomk_median bottomk_min buckets_limit changes_prometheus count_eq_over_time count_gt_over_time \
    count_le_over_time count_ne_over_time count_values_over_time decreases_over_time default_rollup \
    delta_prometheus deriv_fast descent_over_time distinct distinct_over_time drop_common_labels drop_empty_series \
    duration_over_time geomean geomean_over_time histogram histogram_over_time histogram_share \
    hoeffding_bound_lower hoeffding_bound_upper ideriv increase_prometheus increase_pure increases_over_time \
    integrate interpolate keep_last_value keep_next_value label_copy label_del label_graphite_group label_keep \
    label_lowercase label_map label_match label_mismatch label_move label_set label_transform label_uppercase \
    label_value labels_equal lag lifetime limit_offset mad median median_over_time mode mode_over_time now \
    outlier_iqr_over_time outliers_iqr outliers_mad outliersk prometheus_buckets quantiles quantiles_over_time \
    rand rand_exponential rand_normal range_avg range_first range_last range_linear_regression range_mad range_max \
    range_median range_min range_normalize range_over_time range_quantile range_stddev range_stdvar range_sum \
    range_trim_outliers range_trim_spikes range_trim_zscore range_zscore rate_over_sum rate_prometheus \
    remove_resets rollup rollup_candlestick rollup_delta rollup_deriv rollup_increase rollup_rate \
    rollup_scrape_interval ru running_avg running_max running_min running_sum scrape_interval share \
    share_eq_over_time share_gt_over_time share_le_over_time smooth_exponential sort_by_label_numeric \
    sort_by_label_numeric_desc stale_samples_over_time sum2 sum2_over_time sum_eq_over_time sum_gt_over_time \
    sum_le_over_time tfirst_over_time timestamp_with_name timezone_offset tlast_change_over_time tlast_over_time \
    tmax_over_time tmin_over_time topk_avg topk_last topk_max topk_median topk_min ttf union zscore \
    zscore_over_time";

/// Of `pkg/logql/syntax/lex.go` in Loki.
const LOGQL: &str = "\
    approx_topk bytes bytes_over_time bytes_rate duration duration_seconds rate_counter";

#[cfg(test)]
mod tests {
    use super::{LOGQL, METRICSQL, dialect_of, promql};
    use crate::model::Dialect;

    #[test]
    fn functions_of_other_languages_are_told_from_those_of_prometheus() {
        for (name, dialect) in [
            ("median_over_time", Some(Dialect::VictoriaMetrics)),
            ("bytes_rate", Some(Dialect::Loki)),
            ("rate", None),
            ("median_over", None),
            ("", None),
        ] {
            assert_eq!(dialect_of(name).map(|(dialect, ..)| dialect), dialect, "{name}");
        }
        assert!(METRICSQL.split(' ').chain(LOGQL.split(' ')).all(|name| promql::function(name).is_none()));
    }
}
