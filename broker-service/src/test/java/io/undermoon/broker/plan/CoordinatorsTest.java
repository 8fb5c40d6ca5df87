package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.TestMetadata.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.metadata.Epoch;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CoordinatorsTest {
    private static final long START = 1000;

    private final Metadata nobody = TestMetadata.withProxies(1);

    @Test
    void one_is_enough_where_there_is_one_or_none_has_registered() {
        assertThat(Coordinators.quorum(nobody, majority(START))).isEqualTo(1);
        assertThat(Coordinators.quorum(registered(START, "a"), majority(START))).isEqualTo(1);
    }

    @Test
    void a_majority_of_those_that_are_alive_makes_a_failure() {
        assertThat(Coordinators.quorum(registered(START, "a", "b"), majority(START)))
                .isEqualTo(2);
        assertThat(Coordinators.quorum(registered(START, "a", "b", "c"), majority(START)))
                .isEqualTo(2);
        Metadata three = registered(START, "a", "b", "c");
        Metadata one = report(three, "a");
        assertThat(FailureReports.awaitingFailover(one, majority(START))).isEmpty();
        assertThat(FailureReports.awaitingFailover(report(one, "b"), majority(START)))
                .containsExactly(proxy(1));
    }

    @Test
    void a_number_that_is_set_counts_whoever_is_alive() {
        PlanContext four = new PlanContext(START, 60, 4, 0);
        assertThat(Coordinators.quorum(registered(START, "a"), four)).isEqualTo(4);
    }

    @Test
    void one_that_is_not_heard_of_any_more_does_not_count() {
        Metadata both = registered(START, "a", "b");
        PlanContext before = majority(START + Coordinators.LIFE_SECONDS - 1);
        assertThat(Coordinators.alive(both, before)).containsOnlyKeys("a", "b");
        Metadata later = Coordinators.register(both, before, "a").state();
        PlanContext after = majority(START + Coordinators.LIFE_SECONDS);
        assertThat(Coordinators.alive(later, after)).containsOnlyKeys("a");
        assertThat(Coordinators.quorum(later, after)).isEqualTo(1);
        assertThat(Coordinators.register(later, majority(START + 2 * Coordinators.LIFE_SECONDS), "c")
                        .state()
                        .coordinators())
                .as("nor is it kept")
                .doesNotContainKey("b");
    }

    @Test
    void a_registration_raises_no_epoch_and_is_not_stored_each_time() {
        Metadata one = registered(START, "a");
        assertThat(one.globalEpoch()).isEqualTo(nobody.globalEpoch());
        PlanContext soon = majority(START + Coordinators.RENEWAL_SECONDS - 1);
        assertThat(Coordinators.register(one, soon, "a").state()).isSameAs(one);
        PlanContext later = majority(START + Coordinators.RENEWAL_SECONDS);
        assertThat(Coordinators.register(one, later, "a").state().coordinators())
                .containsEntry("a", START + Coordinators.RENEWAL_SECONDS);
    }

    @Test
    void older_metadata_does_not_hide_those_that_are_alive() {
        Metadata copy = report(registered(START, "gone"), "gone");
        Metadata present = registered(START + Coordinators.LIFE_SECONDS, "a", "b", "c");

        Metadata recovered = Epochs.recover(present, copy, Map.of(), true).state();
        assertThat(recovered.coordinators()).isEqualTo(present.coordinators());
        assertThat(recovered.failures()).isEmpty();

        Metadata newer = Epochs.liftTo(copy, new Epoch(100)).state();
        assertThat(Epochs.restore(present, newer).state()).isEqualTo(newer.withReportsOf(present));
        Metadata ofPrimary = Epochs.liftTo(present, new Epoch(100)).state();
        assertThat(Epochs.restore(copy, ofPrimary).state())
                .as("a standby knows whom its primary has heard")
                .isEqualTo(ofPrimary);
        Metadata ofNobody = Epochs.liftTo(nobody, new Epoch(100)).state();
        assertThat(Epochs.restore(present, ofNobody).state()).isEqualTo(ofNobody);
    }

    private Metadata registered(long seconds, String... names) {
        Metadata state = nobody;
        for (String name : names) {
            state = Coordinators.register(state, majority(seconds), name).state();
        }
        return state;
    }

    private static Metadata report(Metadata state, String reporter) {
        return FailureReports.report(state, majority(START), proxy(1), reporter).state();
    }

    private static PlanContext majority(long seconds) {
        return new PlanContext(seconds, 60, 0, 0);
    }
}
