package io.undermoon.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UndermoonProcessorTest {
    @Test
    void a_cluster_steps_aside_for_what_the_application_asks_for() {
        assertThat(UndermoonProcessor.whyNot(true, false, false)).isEmpty();
        assertThat(UndermoonProcessor.whyNot(false, false, false))
                .hasValueSatisfying(reason -> assertThat(reason).startsWith("quarkus.undermoon.devservices.enabled"));
        assertThat(UndermoonProcessor.whyNot(true, true, false))
                .hasValueSatisfying(reason -> assertThat(reason).startsWith("quarkus.redis.hosts"));
        assertThat(UndermoonProcessor.whyNot(true, false, true))
                .hasValueSatisfying(reason -> assertThat(reason).startsWith("quarkus.redis.devservices.enabled"));
    }
}
