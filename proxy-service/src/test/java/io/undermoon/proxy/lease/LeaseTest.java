package io.undermoon.proxy.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final long LENGTH = Lease.LENGTH.toMillis();
    private static final HostPort NODE = new HostPort("10.0.0.1", 7001);

    private final Clock clock = new Clock();
    private final Lease lease = new Lease(clock);

    /** Both clocks as a test sets them. The first may overflow, as that of the system. */
    private static final class Clock implements LeaseClock {
        private long nanos = Long.MAX_VALUE - 5;
        private long wallMillis = 1_700_000_000_000L;

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public long wallMillis() {
            return wallMillis;
        }

        void pass(long millis) {
            nanos += TimeUnit.MILLISECONDS.toNanos(millis);
            wallMillis += millis;
        }
    }

    @Test
    void has_no_end_until_leases_count() {
        clock.pass(TimeUnit.DAYS.toMillis(1));
        assertThat(lease.isHeld()).isTrue();
        lease.require(false);
        assertThat(lease.isHeld()).isFalse();
        lease.lift();
        assertThat(lease.isHeld()).isTrue();
    }

    @Test
    void who_has_served_without_one_has_the_time_of_one_lease_to_get_it() {
        lease.require(true);
        long number = lease.term().number();
        clock.pass(LENGTH - 1);
        assertThat(lease.isHeld()).isTrue();
        lease.renewed(clock.now());
        clock.pass(LENGTH - 1);
        assertThat(lease.isHeld()).isTrue();
        assertThat(lease.term().number()).isEqualTo(number);
        clock.pass(1);
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void counts_from_when_the_renewal_was_asked_for() {
        lease.require(false);
        Moment asked = clock.now();
        clock.pass(LENGTH - 1);
        lease.renewed(asked);
        assertThat(lease.isHeld()).isTrue();
        clock.pass(1);
        assertThat(lease.isHeld()).isFalse();
        lease.renewed(asked);
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void a_renewal_from_the_future_is_none() {
        lease.require(false);
        lease.renewed(new Moment(clock.nanos() + 1, clock.wallMillis()));
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void either_clock_ends_it() {
        lease.require(false);
        lease.renewed(clock.now());
        clock.wallMillis += LENGTH;
        assertThat(lease.isHeld()).as("the machine was suspended").isFalse();
        clock.wallMillis -= 10 * LENGTH;
        assertThat(lease.isHeld()).as("the wall clock was set back").isTrue();
        clock.pass(LENGTH);
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void has_another_number_after_a_gap() {
        lease.require(false);
        lease.renewed(clock.now());
        long number = lease.term().number();
        clock.pass(LENGTH - 1);
        lease.renewed(clock.now());
        assertThat(lease.term().number()).isEqualTo(number);
        clock.pass(LENGTH);
        lease.renewed(clock.now());
        assertThat(lease.isHeld()).isTrue();
        assertThat(lease.term().number()).isNotEqualTo(number);
    }

    @Test
    void later_renewals_do_not_cover_what_was_sent_to_a_node_that_is_no_master_any_more() {
        lease.require(false);
        lease.renewed(clock.now());
        long before = lease.term().roleNumber();
        lease.hasLeft(NODE);
        long after = lease.term().roleNumber();
        clock.pass(LENGTH - 1);
        lease.renewed(clock.now());
        assertThat(covers(before)).isTrue();
        clock.pass(1);
        assertThat(covers(before)).isFalse();
        assertThat(covers(after)).isTrue();
        assertThat(lease.term().covers(new HostPort("10.0.0.1", 7002), before, clock.nanos, clock.wallMillis))
                .isTrue();

        lease.hasLeft(NODE);
        assertThat(covers(before)).isFalse();
        assertThat(covers(after)).isTrue();
    }

    private boolean covers(long roleNumber) {
        return lease.term().covers(NODE, roleNumber, clock.nanos, clock.wallMillis);
    }

    /** Renewals that are late, lost, doubled and out of order, and a wall clock that is set. */
    @Test
    void is_never_longer_than_the_last_renewal_that_was_asked_for_and_arrived() {
        for (long seed = 0; seed < 200; seed++) {
            check(seed);
        }
    }

    private static void check(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Clock clock = new Clock();
        Lease lease = new Lease(clock);
        lease.require(false);
        List<Moment> underway = new ArrayList<>();
        List<Moment> arrived = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            long number = lease.term().number();
            boolean wasHeld = lease.isHeld();
            switch (random.nextInt(5)) {
                case 0 -> underway.add(clock.now());
                case 1, 2 -> clock.pass(random.nextLong(LENGTH / 3));
                case 3 -> clock.wallMillis += random.nextInt(20) == 0 ? random.nextLong(-LENGTH, LENGTH) : 0;
                default -> {
                    if (!underway.isEmpty()) {
                        int index = random.nextInt(underway.size());
                        Moment asked = random.nextBoolean() ? underway.get(index) : underway.remove(index);
                        lease.renewed(asked);
                        arrived.add(asked);
                        if (!wasHeld && lease.isHeld()) {
                            assertThat(lease.term().number())
                                    .as("seed %d", seed)
                                    .isGreaterThan(number);
                        }
                    }
                }
            }
            boolean mayBeHeld =
                    arrived.stream().anyMatch(asked -> clock.nanos - asked.nanos() < Lease.LENGTH.toNanos());
            assertThat(lease.isHeld() && !mayBeHeld)
                    .as("seed %d step %d", seed, step)
                    .isFalse();
            if (wasHeld && lease.isHeld()) {
                assertThat(lease.term().number())
                        .as("seed %d step %d", seed, step)
                        .isEqualTo(number);
            }
        }
    }
}
