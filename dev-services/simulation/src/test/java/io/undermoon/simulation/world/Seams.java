package io.undermoon.simulation.world;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the code of the product calls in a simulation instead of the methods of the JDK that depend on time, chance or
 * the run of the JVM. The class loader of the simulation exchanges the calls. There is one world at a time.
 */
public final class Seams {
    private static @Nullable World world;

    private Seams() {}

    /** Makes a world the present one. */
    public static void use(World present) {
        world = present;
    }

    private static World present() {
        World now = world;
        if (now == null) {
            throw new IllegalStateException("there is no world to ask for the time");
        }
        return now;
    }

    /** The process that acts now; null while the world itself does. */
    public static @Nullable SimProcess currentProcess() {
        return present().current();
    }

    /** Replaces {@link System#nanoTime}. */
    public static long nanoTime() {
        SimProcess process = present().current();
        return process == null ? present().nowNanos() : process.monotonicNanos();
    }

    /** Replaces {@link System#currentTimeMillis}. */
    public static long currentTimeMillis() {
        SimProcess process = present().current();
        return process == null ? World.START_MILLIS + present().nowNanos() / World.MILLI : process.wallMillis();
    }

    /** Replaces {@link java.util.concurrent.locks.LockSupport#parkNanos(long)}. */
    public static void parkNanos(long nanos) {
        present().elapse(nanos);
    }

    /** Replaces {@link ThreadLocalRandom#nextLong(long)}. */
    public static long nextLong(ThreadLocalRandom random, long bound) {
        return present().random(0, bound);
    }

    /** Replaces {@link ThreadLocalRandom#nextLong()}. */
    public static long nextLong(ThreadLocalRandom random) {
        return present().random(0, Long.MAX_VALUE);
    }

    /** Replaces {@link CompletableFuture#completeOnTimeout}. */
    public static <T> CompletableFuture<T> completeOnTimeout(
            CompletableFuture<T> future, T value, long timeout, TimeUnit unit) {
        later(unit.toNanos(timeout), () -> future.complete(value));
        return future;
    }

    /** Replaces {@link CompletableFuture#orTimeout}. */
    public static <T> CompletableFuture<T> orTimeout(CompletableFuture<T> future, long timeout, TimeUnit unit) {
        later(unit.toNanos(timeout), () -> future.completeExceptionally(new TimeoutException()));
        return future;
    }

    private static void later(long nanos, Runnable action) {
        SimProcess process = present().current();
        if (process == null) {
            present().later(nanos, action);
        } else {
            present().later(process, nanos, action);
        }
    }

    /** Replaces {@link Set#copyOf}, whose order differs from one JVM to the next, as do those below. */
    public static <E> Set<E> copyOf(Collection<? extends E> elements) {
        return Collections.unmodifiableSet(new LinkedHashSet<>(elements));
    }

    public static <K, V> Map<K, V> copyOf(Map<? extends K, ? extends V> entries) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    @SafeVarargs
    public static <E> Set<E> setOf(E... elements) {
        return Collections.unmodifiableSet(new LinkedHashSet<>(java.util.Arrays.asList(elements)));
    }

    public static <E> Set<E> setOf(E one, E other) {
        Set<E> set = new LinkedHashSet<>();
        set.add(one);
        set.add(other);
        return Collections.unmodifiableSet(set);
    }

    /** Replaces {@link Collectors#toUnmodifiableSet}. */
    public static <E> Collector<E, ?, Set<E>> toUnmodifiableSet() {
        return Collectors.collectingAndThen(Collectors.toCollection(LinkedHashSet::new), Collections::unmodifiableSet);
    }
}
