package io.undermoon.simulation.service;

import io.undermoon.coordinator.detect.FailureDetector;
import io.undermoon.coordinator.detect.LeaseGrants;
import io.undermoon.coordinator.failover.Failover;
import io.undermoon.coordinator.migrate.MigrationCommit;
import io.undermoon.coordinator.port.Backoff;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.KeyedExecutor;
import io.undermoon.coordinator.port.LoopMetrics;
import io.undermoon.coordinator.sync.MetadataPush;
import io.undermoon.coordinator.sync.MetadataSync;
import io.undermoon.coordinator.sync.ProxyStatuses;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.simulation.world.Network;
import io.undermoon.simulation.world.ParallelTasks;
import io.undermoon.simulation.world.SimProcess;
import io.undermoon.simulation.world.World;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * A coordinator: its loops as they are, on simulated ports. Its loops take turns, while those of a real one run beside
 * each other; the tasks that a round has for each proxy take their time beside each other.
 */
public final class Coordinator {
    private static final long PROBE_INTERVAL = 300 * World.MILLI;
    private static final long LEASE_INTERVAL = 200 * World.MILLI;
    private static final long STOOD_STILL = World.SECOND;
    private static final long ROUND_INTERVAL = World.SECOND;
    private static final long REGISTRATION_INTERVAL = 5 * World.SECOND;
    private static final long AFTER_CHANGE = 20 * World.MILLI;
    private static final Duration WATCH_TIME = Duration.ofSeconds(30);
    private static final int CONCURRENT = 64;

    private final World world;
    private final Network network;
    private final SimProcess process;
    private final List<Broker> brokers;
    private final Function<ProxyAddress, ProxyServer> proxies;
    private final ServiceObserver observer;
    private final LoopMetrics metrics;
    private final boolean grantsLeases;

    public Coordinator(
            World world,
            Network network,
            SimProcess process,
            List<Broker> brokers,
            Function<ProxyAddress, ProxyServer> proxies,
            ServiceObserver observer,
            LoopMetrics metrics,
            boolean grantsLeases) {
        this.world = world;
        this.network = network;
        this.process = process;
        this.brokers = brokers;
        this.proxies = proxies;
        this.observer = observer;
        this.metrics = metrics;
        this.grantsLeases = grantsLeases;
    }

    public SimProcess process() {
        return process;
    }

    public void start() {
        process.start();
        new Life().start();
    }

    /** What it has while it lives. */
    private final class Life {
        private final BrokerPort broker = new BrokerPort(network, process, brokers, observer);
        private final ProxyPort control = new ProxyPort(network, process, proxies);
        private final ParallelTasks tasks = new ParallelTasks(world, process);
        private final ProxyStatuses statuses = new ProxyStatuses();
        private final LeaseGrants leases = new LeaseGrants(broker, control, executor("leasing"), grantsLeases);
        private final MetadataPush push =
                new MetadataPush(broker, control, statuses, metrics, backoff(), leases::areGranted);
        private final Failover failover = new Failover(broker, metrics, backoff());
        private final FailureDetector detector = new FailureDetector(
                broker,
                broker,
                control,
                statuses,
                metrics,
                executor("probing"),
                new FailureDetector.Limits(Duration.ofSeconds(1), Duration.ofSeconds(5)),
                process::monotonicNanos,
                () -> round(failover::round));
        private final MetadataSync sync = new MetadataSync(
                broker,
                statuses,
                push,
                executor("fetching"),
                executor("pushing"),
                metrics,
                false,
                process::monotonicNanos);
        private final MigrationCommit migrations =
                new MigrationCommit(broker, control, statuses, push, metrics, executor("migrating"));

        private long dueNanos;
        private Epoch known = Epoch.ZERO;

        void start() {
            dueNanos = process.monotonicNanos();
            detector.onAnswer(leases::answered);
            world.later(process, world.random(0, LEASE_INTERVAL), this::renew);
            world.later(process, world.random(0, PROBE_INTERVAL), this::probe);
            world.later(process, world.random(0, ROUND_INTERVAL), () -> repeat(sync::round));
            world.later(process, world.random(0, ROUND_INTERVAL), () -> repeat(failover::round));
            world.later(process, world.random(0, ROUND_INTERVAL), () -> repeat(migrations::round));
            world.later(process, world.random(0, ROUND_INTERVAL), this::watch);
            world.later(process, world.random(0, ROUND_INTERVAL), this::register);
        }

        private KeyedExecutor executor(String name) {
            return new KeyedExecutor(name, tasks, CONCURRENT);
        }

        private <K> Backoff<K> backoff() {
            return new Backoff<>(Duration.ofSeconds(1), Duration.ofSeconds(30), process::monotonicNanos);
        }

        /** As the loop of probes. */
        private void probe() {
            long start = process.monotonicNanos();
            if (start - dueNanos >= STOOD_STILL) {
                detector.forgetSilence();
            }
            round(detector::round);
            dueNanos = Math.max(start + PROBE_INTERVAL, process.monotonicNanos());
            world.later(process, dueNanos - process.monotonicNanos(), this::probe);
        }

        private void renew() {
            round(leases::round);
            world.later(process, LEASE_INTERVAL, this::renew);
        }

        private void register() {
            round(broker::register);
            world.later(process, REGISTRATION_INTERVAL, this::register);
        }

        private void repeat(Runnable round) {
            round(round);
            world.later(process, ROUND_INTERVAL, () -> repeat(round));
        }

        private void round(Runnable round) {
            try {
                round.run();
            } catch (BrokerException e) {
                // The next round tries again.
            } finally {
                tasks.join();
            }
        }

        /** As the thread that waits for changes of the epoch. */
        private void watch() {
            Broker asked = broker.preferred();
            int life = process.generation();
            network.send(process, asked.process(), () -> wait(asked, life), () -> again(World.SECOND));
            long mine = ++watches;
            world.later(process, WATCH_TIME.toNanos() + 5 * World.SECOND, () -> {
                if (mine == watches) {
                    watch();
                }
            });
        }

        private long watches;

        private void wait(Broker asked, int life) {
            if (!asked.isOpen()) {
                network.answer(asked.process(), process, life, () -> again(World.SECOND), () -> {});
                return;
            }
            asked.writer()
                    .awaitEpochOtherThan(known, WATCH_TIME)
                    .whenComplete((epoch, failure) -> network.answer(
                            asked.process(),
                            process,
                            life,
                            () -> {
                                if (failure != null) {
                                    again(World.SECOND);
                                } else {
                                    changed(epoch);
                                }
                            },
                            () -> {}));
        }

        private void changed(Epoch epoch) {
            if (!epoch.equals(known)) {
                known = epoch;
                round(sync::roundAfterChange);
            }
            again(AFTER_CHANGE);
        }

        private void again(long nanos) {
            watches++;
            world.later(process, nanos, this::watch);
        }
    }
}
