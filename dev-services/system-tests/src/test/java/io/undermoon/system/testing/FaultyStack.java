package io.undermoon.system.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.lifecycle.RelayedStack;
import io.undermoon.dev.os.Programs;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.testsupport.RedisBinary;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A stack with one cluster to which everything happens that can happen to machines: beside what a {@link RelayedStack}
 * can do, files that lose their end, disks that are full, and clocks that are set.
 */
public final class FaultyStack implements AutoCloseable {
    /** Which way between two groups of services is cut. */
    public enum Way {
        TO,
        FROM,
        BOTH
    }

    private static final List<Path> FAKE_TIME = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"));

    private final Path directory;
    private final Optional<Path> fakeTime =
            FAKE_TIME.stream().filter(Files::isReadable).findFirst();
    private final Optional<Path> limits = Programs.onPath("prlimit");
    private final RelayedStack stack;
    private final ClusterOperator operator;

    /**
     * Starts it.
     *
     * @param nodes of the cluster; all proxies beyond are free
     */
    public FaultyStack(Path directory, ClusterName name, int nodes, int proxies, int coordinators) {
        this.directory = directory;
        Installation installation =
                new Installation(LauncherProcess.CHECKOUT, directory, Programs.java(), RedisBinary.any());
        this.stack =
                new RelayedStack(installation, name, proxies, coordinators, this::withClock, new Progress(System.out));
        this.operator = new ClusterOperator(stack.brokerAddress(), name);
        boolean isUp = false;
        try {
            stack.start(nodes);
            isUp = true;
        } finally {
            if (!isUp) {
                close();
            }
        }
    }

    public RelayedStack stack() {
        return stack;
    }

    public ClusterOperator operator() {
        return operator;
    }

    /** The ports of all proxies. */
    public int[] proxyPorts() {
        return stack.proxies().stream().mapToInt(HostPort::port).toArray();
    }

    /** Waits until all copies are in sync, by what the broker knows and by what the masters say. */
    public void awaitWhole() {
        stack.awaitWhole();
        operator.awaitReplicas();
    }

    /** Whether what a node appends has a file of its own, as from Redis 7.0 on. */
    public boolean canTakeEndOfFile(Node node) {
        return Files.exists(appendedFiles(node));
    }

    private Path appendedFiles(Node node) {
        return directory.resolve(stack.redisOf(node)).resolve("appendonlydir");
    }

    /** Starts a node again without the end of its append-only file, as if that had not reached the disk. */
    public void restartFromOlderFile(Node node, double share) throws IOException {
        String redis = stack.redisOf(node);
        stack.kill(redis);
        Path latest;
        try (Stream<Path> files = Files.list(appendedFiles(node))) {
            latest = files.filter(file -> file.toString().endsWith(".incr.aof"))
                    .max((one, other) -> Long.compare(sequence(one), sequence(other)))
                    .orElseThrow();
        }
        try (RandomAccessFile file = new RandomAccessFile(latest.toFile(), "rw")) {
            file.setLength((long) (file.length() * share));
        }
        stack.startAgain(redis);
    }

    /** The number in {@code appendonly.aof.<number>.incr.aof}. */
    private static long sequence(Path file) {
        return Long.parseLong(file.getFileName().toString().split("\\.")[2]);
    }

    /** Whether {@link #fillDisk} can be used on this machine. */
    public boolean canFillDisk() {
        return limits.isPresent();
    }

    /**
     * Has a service write no file beyond a size, by a limit of its process, so that a write ends in the middle. It is
     * told {@code EFBIG} where a full disk says {@code ENOSPC}.
     */
    public void fillDisk(String service, int bytes) throws IOException, InterruptedException {
        limitFiles(service, String.valueOf(bytes));
    }

    public void emptyDisk(String service) throws IOException, InterruptedException {
        limitFiles(service, "unlimited");
    }

    private void limitFiles(String service, String size) throws IOException, InterruptedException {
        String pid = String.valueOf(stack.process(service).pid());
        List<String> command = List.of(limits.orElseThrow().toString(), "--pid", pid, "--fsize=" + size + ":");
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                .as("%s", command)
                .isZero();
    }

    /** Whether {@link #setClock} can be used on this machine. */
    public boolean canSetClock() {
        return fakeTime.isPresent();
    }

    /** Sets the wall clock of a service; its monotonic clock goes on. */
    public void setClock(String service, int seconds) throws IOException {
        Files.writeString(clock(service), String.format("%+d%n", seconds));
    }

    private Path clock(String service) {
        return directory.resolve(service + ".clock");
    }

    private ServiceSpec withClock(ServiceSpec service) {
        if (fakeTime.isEmpty() || service.kind() == ServiceKind.REDIS) {
            return service;
        }
        try {
            setClock(service.name(), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(List.of(
                "env",
                "LD_PRELOAD=" + fakeTime.get(),
                "FAKETIME_TIMESTAMP_FILE=" + clock(service.name()),
                "FAKETIME_CACHE_DURATION=1",
                "FAKETIME_DONT_FAKE_MONOTONIC=1",
                // Else waiting with a time limit returns at once, again and again.
                "FAKETIME_FORCE_MONOTONIC_FIX=0",
                "NO_FAKE_STAT=1"));
        command.addAll(service.command());
        return new ServiceSpec(service.name(), service.kind(), command, service.listeners(), service.readiness());
    }

    /** Loses what is sent to a host by some others, by the host to them, or both. */
    public void cut(Set<String> host, Predicate<String> others, Way way) {
        stack.network().cut((from, to) -> {
            boolean isTo = host.contains(to) && !host.contains(from) && others.test(from);
            boolean isFrom = host.contains(from) && !host.contains(to) && others.test(to);
            return way == Way.TO ? isTo : way == Way.FROM ? isFrom : isTo || isFrom;
        });
    }

    @Override
    public void close() {
        stack.close();
    }
}
