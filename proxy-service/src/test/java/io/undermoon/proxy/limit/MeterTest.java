package io.undermoon.proxy.limit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MeterTest {
    @Test
    void has_no_rates_unless_there_is_a_limit_of_them() {
        Meter meter = new Meter();
        assertThat(meter.rates()).isNull();
        meter.limits(new Limits(0, 0, 5));
        assertThat(meter.rates()).isNull();
        meter.limits(new Limits(1, 0, 5));
        Rates rates = meter.rates();
        assertThat(rates).isNotNull();
        meter.limits(new Limits(1, 0, 5));
        assertThat(meter.rates()).as("nothing has changed").isSameAs(rates);
        meter.limits(Limits.NONE);
        assertThat(meter.rates()).isNull();
    }

    @Test
    void counts_connections() {
        Meter meter = new Meter();
        meter.connected();
        assertThat(meter.isFull()).isFalse();
        meter.limits(new Limits(0, 0, 1));
        assertThat(meter.isFull()).isTrue();
        meter.disconnected();
        assertThat(meter.isFull()).isFalse();
    }

    @Test
    void shares_of_a_limit_are_never_none() {
        assertThat(new Limits(10, 1, 0).dividedBy(4)).isEqualTo(new Limits(3, 1, 0));
        assertThat(new Limits(10, 1, 2).dividedBy(0)).isEqualTo(new Limits(10, 1, 2));
    }
}
