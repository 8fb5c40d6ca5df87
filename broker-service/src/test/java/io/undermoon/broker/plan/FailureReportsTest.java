package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.TestMetadata.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.testing.TestMetadata;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FailureReportsTest {
    private static final long START = 1000;

    @Test
    void needs_as_many_reporters_as_the_quorum() {
        Metadata one = report(TestMetadata.withProxies(1), at(START), "a");
        assertThat(FailureReports.awaitingFailover(one, at(START))).isEmpty();
        assertThat(report(one, at(START + 5), "a"))
                .as("a repetition changes nothing")
                .isEqualTo(one);

        Metadata two = report(one, at(START), "b");
        assertThat(FailureReports.awaitingFailover(two, at(START))).containsExactly(proxy(1));
        assertThat(two.globalEpoch().value())
                .isEqualTo(TestMetadata.withProxies(1).globalEpoch().value() + 2);
    }

    @Test
    void counts_a_report_until_its_time_to_live_is_over() {
        Metadata two = report(report(TestMetadata.withProxies(1), at(START), "a"), at(START + 10), "b");

        assertThat(FailureReports.awaitingFailover(two, at(START + 59))).isNotEmpty();
        assertThat(FailureReports.awaitingFailover(two, at(START + 60))).isEmpty();
        Metadata expired = FailureReports.expire(two, at(START + 60)).state();
        assertThat(expired.failures().get(proxy(1))).containsOnlyKeys("b");
        assertThat(expired.globalEpoch()).isEqualTo(two.globalEpoch());
        assertThat(FailureReports.expire(two, at(START + 70)).state().failures())
                .isEmpty();
    }

    @Test
    void takes_a_new_report_after_the_old_one_has_expired() {
        Metadata old = report(TestMetadata.withProxies(1), at(START), "a");
        Metadata renewed = report(old, at(START + 60), "a");
        assertThat(renewed.failures().get(proxy(1))).containsEntry("a", START + 60);
    }

    @Test
    void a_report_that_is_withdrawn_does_not_count_together_with_a_later_one() {
        Metadata one = report(TestMetadata.withProxies(1), at(START), "a");
        Metadata none = FailureReports.withdraw(one, proxy(1), "a").state();
        assertThat(none.failures()).isEmpty();
        assertThat(none.globalEpoch()).isEqualTo(one.globalEpoch());
        Metadata other = report(none, at(START + 10), "b");
        assertThat(FailureReports.awaitingFailover(other, at(START + 10))).isEmpty();
        assertThat(FailureReports.withdraw(other, proxy(1), "a").state()).isSameAs(other);
        Metadata two = report(other, at(START + 10), "a");
        assertThat(FailureReports.withdraw(two, proxy(1), "a").state().failures())
                .isEqualTo(other.failures());
    }

    @Test
    void forgets_reports_about_unknown_proxies() {
        Metadata state = TestMetadata.withProxies(1);
        assertThat(FailureReports.report(state, at(START), proxy(9), "a").state())
                .isEqualTo(state);
    }

    @Test
    void nothing_is_done_about_unknown_proxies_in_a_dump() {
        MetadataEdit edit = TestMetadata.withProxies(1).edit();
        edit.putReports(proxy(9), new TreeMap<>(Map.of("a", START, "b", START)));
        assertThat(FailureReports.awaitingFailover(edit.done(), at(START))).isEmpty();
    }

    private static Metadata report(Metadata state, PlanContext context, String reporter) {
        return FailureReports.report(state, context, proxy(1), reporter).state();
    }

    private static PlanContext at(long seconds) {
        return new PlanContext(seconds, 60, 2, 0);
    }
}
