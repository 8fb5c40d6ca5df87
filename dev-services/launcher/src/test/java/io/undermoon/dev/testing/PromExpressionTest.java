package io.undermoon.dev.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromExpressionTest {
    private final ScrapedMetrics scraped = new ScrapedMetrics();

    @BeforeEach
    void scrape() {
        scraped.add("""
                # HELP up_nodes Nodes.
                # TYPE up_nodes gauge
                up_nodes{node="a:1",role="master"} 1.0
                up_nodes{node="a:2",role="replica"} 0.0
                info{cluster="demo"} 1
                calls_total 3
                """);
    }

    @Test
    void tells_metrics_from_functions_keywords_and_labels() {
        assertThat(new PromExpression("sum by (cluster) (rate(calls_total[$__rate_interval]) * on (instance)"
                                + " group_left (cluster) info{cluster=~\"$cluster\"}) and up_nodes == bool 1e6")
                        .metrics())
                .containsExactly("calls_total", "info", "up_nodes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "up_nodes{role=\"master\"} == 0",
                "sum by (instance, role) (up_nodes{role=~\"master|replica\", job=\"x\"})",
                "rate(calls_total[5m]) * on (instance) group_left (cluster) info{cluster=~\"$cluster\"}"
            })
    void what_is_there_is_no_problem(String expression) {
        assertThat(new PromExpression(expression).problems(scraped)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "up_node == 0; no metric up_node",
                "sum(rate(call_total[5m])); no metric call_total",
                "up_nodes{rolle=\"master\"}; metric up_nodes has no label rolle",
                "up_nodes{role=\"slave\"}; metric up_nodes has no value slave of label role, but [master, replica]",
                "up_nodes{role=~\"master|slave\"}; "
                        + "metric up_nodes has no value slave of label role, but [master, replica]",
                "sum by (cluster) (up_nodes); no label cluster",
                "calls_total{cluster=~\"$cluster\"}; metric calls_total has no label cluster"
            })
    void what_is_not_there_is_named(String expression, String problem) {
        assertThat(new PromExpression(expression).problems(scraped)).contains(problem);
    }
}
