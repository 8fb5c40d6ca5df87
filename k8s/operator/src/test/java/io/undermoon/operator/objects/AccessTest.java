package io.undermoon.operator.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.operator.objects.Access.Phase;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The secrets of a cluster, and how they are replaced while all pods understand each other. */
class AccessTest {
    private final SecureRandom random = new SecureRandom();

    private List<Access> steps(Access first) {
        List<Access> steps = new ArrayList<>(List.of(first));
        for (int i = 0; i < 3; i++) {
            steps.add(steps.get(i).next("2026-11", random));
        }
        return steps;
    }

    /** Whether who has the secrets of one step is let in by who has those of the other. */
    private static boolean letsIn(Access asked, Access caller) {
        Map<String, String> own = asked.values();
        Map<String, String> others = caller.values();
        boolean control = List.of(own.get(Access.CONTROL_SECRET), own.getOrDefault(Access.ACCEPTED_CONTROL_SECRET, ""))
                .contains(others.get(Access.CONTROL_SECRET));
        boolean redis = asked.redisHashes().contains(Digest.of(others.get(Access.REDIS_PASSWORD)));
        boolean accounts = own.get(Access.ACCOUNTS).contains(Digest.of(others.get(Access.SERVICES_TOKEN)))
                && own.get(Access.ACCOUNTS).contains(Digest.of(others.get(Access.ADMIN_TOKEN)));
        return control && redis && accounts;
    }

    @Test
    void pods_of_two_successive_steps_let_each_other_in() {
        List<Access> steps = steps(Access.generated(random, null));
        assertThat(steps)
                .extracting(Access::phase)
                .containsExactly(Phase.SETTLED, Phase.ACCEPT, Phase.USE, Phase.SETTLED);
        for (int i = 0; i + 1 < steps.size(); i++) {
            assertThat(letsIn(steps.get(i), steps.get(i + 1))).as("step %s", i).isTrue();
            assertThat(letsIn(steps.get(i + 1), steps.get(i))).as("step %s", i).isTrue();
        }
        assertThat(letsIn(steps.get(3), steps.get(1))).isFalse();
        assertThat(letsIn(steps.get(0), steps.get(2))).isFalse();
    }

    @Test
    void nothing_of_the_former_secrets_is_left_at_the_end() {
        List<Access> steps = steps(Access.generated(random, "2026-05"));
        Access last = steps.get(3);
        assertThat(last.values().keySet()).isEqualTo(steps.get(0).values().keySet());
        assertThat(last.rotation()).isEqualTo("2026-11");
        for (String key : List.of(
                Access.CONTROL_SECRET,
                Access.REDIS_PASSWORD,
                Access.SERVICES_TOKEN,
                Access.ADMIN_TOKEN,
                Access.ACCOUNTS)) {
            assertThat(last.values().get(key))
                    .as(key)
                    .isNotEqualTo(steps.get(0).values().get(key));
        }
        assertThat(steps.stream().map(Access::revision).distinct()).hasSize(4);
    }

    @Test
    void nodes_that_have_no_password_get_none() {
        Map<String, String> values =
                new java.util.TreeMap<>(Access.generated(random, null).values());
        values.remove(Access.REDIS_PASSWORD);
        assertThat(Access.of(values).revision()).as("no pod is made anew").isEmpty();
        List<Access> steps = steps(Access.of(values));
        assertThat(steps).allMatch(step -> step.redisHashes().isEmpty());
        assertThat(steps.get(3).values().get(Access.CONTROL_SECRET)).isNotEqualTo(values.get(Access.CONTROL_SECRET));
    }
}
