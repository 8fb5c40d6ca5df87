package io.undermoon.simulation.world;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The time of a simulation and what happens in it, one event after another, on one thread. All that is left to chance
 * comes from one generator, so that a seed always tells the same story.
 */
public final class World {
    public static final long MILLI = 1_000_000;
    public static final long SECOND = 1000 * MILLI;
    static final long START_MILLIS = 1_800_000_000_000L;

    /** How many calls may wait inside of each other. Those that wait inside of more end at once. */
    private static final int MAX_DEPTH = 2;

    /** One in so many calls lets the world go on while it waits. */
    private static final int WAITING_CALLS = 4;

    /** The same for the calls of tasks that run beside each other: the others begin later then. */
    private static final int WAITING_TASKS = 12;

    /** How long those may take. */
    private static final long SHORT = 150 * MILLI;

    private static final long PAUSE_STEP = 50 * MILLI;

    private final SplittableRandom random;
    private final Trace trace = new Trace();
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<Long, Timeouts> timeouts = new LinkedHashMap<>();
    private final List<SimProcess> processes = new ArrayList<>();
    private Runnable afterEvent = () -> {};
    private Consumer<RuntimeException> failure = e -> {
        throw e;
    };
    private boolean stopped;
    private long nowNanos;
    private long sequence;
    private int depth;
    private @Nullable SimProcess current;

    /** Something that happens to a process. */
    static final class Event implements Comparable<Event> {
        private final long nanos;
        private final long number;
        private final @Nullable SimProcess process;
        private final int generation;
        private final Runnable action;

        Event(long nanos, long number, @Nullable SimProcess process, int generation, Runnable action) {
            this.nanos = nanos;
            this.number = number;
            this.process = process;
            this.generation = generation;
            this.action = action;
        }

        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(nanos, other.nanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    /** The time-outs of one length, in the order in which they are due. */
    private final class Timeouts {
        private final Deque<Event> due = new ArrayDeque<>();
        private final Deque<BooleanSupplier> over = new ArrayDeque<>();

        void add(Event event, BooleanSupplier isOver) {
            Event last = due.peekLast();
            if (last != null && event.nanos < last.nanos) {
                events.add(event);
            } else {
                due.addLast(event);
                over.addLast(isOver);
            }
        }

        /** The first one, if it comes before an event. Whether it is over is only asked then. */
        @Nullable
        Event firstBefore(@Nullable Event event) {
            Event first = due.peekFirst();
            while (first != null && (event == null || first.compareTo(event) < 0)) {
                if (!over.getFirst().getAsBoolean()) {
                    return first;
                }
                remove();
                first = due.peekFirst();
            }
            return null;
        }

        void remove() {
            due.removeFirst();
            over.removeFirst();
        }
    }

    /** Ends what a process does when it is killed within. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    public World(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /**
     * Sets what is told of events.
     *
     * @param after is run after each
     * @param thrown takes what one has thrown
     */
    public void observe(Runnable after, Consumer<RuntimeException> thrown) {
        this.afterEvent = after;
        this.failure = thrown;
    }

    /** Lets nothing happen any more. */
    public void stop() {
        stopped = true;
    }

    public SimProcess process(String name, String host) {
        SimProcess made = new SimProcess(this, name, host, processes.size() + 1);
        processes.add(made);
        return made;
    }

    /** How many there are; their numbers begin with 1. */
    int processes() {
        return processes.size();
    }

    public Trace trace() {
        return trace;
    }

    public void note(String text) {
        trace.note(nowNanos, text);
    }

    public long nowNanos() {
        return nowNanos;
    }

    /** The process that acts now; null while the world itself does. */
    @Nullable
    SimProcess current() {
        return current;
    }

    public int random(int bound) {
        return random.nextInt(bound);
    }

    public long random(long from, long to) {
        return from >= to ? from : random.nextLong(from, to);
    }

    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Lets something happen later, whoever is alive. */
    public void later(long nanos, Runnable action) {
        events.add(new Event(nowNanos + Math.max(0, nanos), sequence++, null, 0, action));
    }

    /** Lets something happen to a process later, unless it is killed before. */
    public void later(SimProcess process, long nanos, Runnable action) {
        long ahead = process == current ? process.aheadNanos() : 0;
        events.add(new Event(nowNanos + ahead + Math.max(0, nanos), sequence++, process, process.generation(), action));
    }

    /**
     * Lets something happen to a process after a time-out, unless it is over then: most are, so those of one length
     * wait in a queue of their own.
     *
     * @param isOver once true, it stays so
     */
    public void timeout(SimProcess process, long nanos, BooleanSupplier isOver, Runnable action) {
        long ahead = process == current ? process.aheadNanos() : 0;
        Event event = new Event(nowNanos + ahead + nanos, sequence++, process, process.generation(), action);
        timeouts.computeIfAbsent(nanos, length -> new Timeouts()).add(event, isOver);
    }

    /** Lets something happen to a process now, as if it had been due. */
    void now(SimProcess process, Runnable action) {
        handle(new Event(nowNanos, sequence++, process, process.generation(), action));
    }

    void again(Event event) {
        events.add(new Event(nowNanos, sequence++, event.process, event.generation, event.action));
    }

    /** Lets a process do something again and again as long as it lives. */
    public void repeat(SimProcess process, long intervalNanos, Runnable action) {
        later(process, intervalNanos, () -> {
            action.run();
            repeat(process, intervalNanos, action);
        });
    }

    /** Runs until a time. */
    public void runUntil(long nanos) {
        while (!stopped) {
            Event next = events.peek();
            Timeouts source = null;
            for (Timeouts each : timeouts.values()) {
                Event first = each.firstBefore(next);
                if (first != null) {
                    next = first;
                    source = each;
                }
            }
            if (next == null || next.nanos > nanos) {
                break;
            }
            if (source == null) {
                events.poll();
            } else {
                source.remove();
            }
            handle(next);
        }
        if (!stopped) {
            nowNanos = Math.max(nowNanos, nanos);
        }
    }

    private void handle(Event event) {
        nowNanos = Math.max(nowNanos, event.nanos);
        SimProcess process = event.process;
        if (process == null) {
            run(null, event.action);
        } else if (event.generation == process.generation()) {
            if (process.isHeldUp()) {
                process.defer(event);
            } else if (process.busyUntilNanos() > nowNanos) {
                events.add(new Event(process.busyUntilNanos(), sequence++, process, event.generation, event.action));
            } else {
                run(process, event.action);
            }
        }
    }

    private void run(@Nullable SimProcess process, Runnable action) {
        trace.event(nowNanos, process == null ? 0 : process.number());
        SimProcess before = current;
        int life = process == null ? 0 : process.generation();
        current = process;
        try {
            action.run();
        } catch (Killed end) {
            // It is no more.
        } catch (RuntimeException e) {
            // What a killed process throws has the same cause.
            if (process == null || process.generation() == life) {
                failure.accept(e);
            }
        } finally {
            current = before;
            if (process != null) {
                settle(process);
            }
        }
        afterEvent.run();
    }

    private void settle(SimProcess process) {
        if (process.aheadNanos() > 0) {
            process.setBusyUntilNanos(nowNanos + process.aheadNanos());
            process.setAheadNanos(0);
        }
    }

    /** Runs something as a process that is called by the present one, which waits. */
    <T> T within(SimProcess process, Supplier<T> action) {
        SimProcess before = current;
        current = process;
        try {
            return action.get();
        } finally {
            current = before;
            settle(process);
        }
    }

    /** Lets time pass for the process that acts now, while it waits for something. */
    void elapse(long nanos) {
        SimProcess process = current;
        if (process == null || nanos <= 0 || process.isTimeless()) {
            return;
        }
        boolean mayWait = process.waits() && depth < MAX_DEPTH && !(process.isParallel() && nanos > SHORT);
        if (!mayWait || random.nextInt(process.isParallel() ? WAITING_TASKS : WAITING_CALLS) != 0) {
            process.setAheadNanos(process.aheadNanos() + nanos);
            return;
        }
        long end = nowNanos + process.aheadNanos() + nanos;
        int generation = process.generation();
        process.setAheadNanos(0);
        runBlocked(process, end);
        while (generation == process.generation() && process.isPaused() && !stopped) {
            runBlocked(process, nowNanos + PAUSE_STEP);
        }
        // Of its next life, if it has been killed.
        process.runDeferred();
        if (generation != process.generation()) {
            throw new Killed();
        }
    }

    /** Lets a process do something beside what it does else: its calls end at once, and their time does not count. */
    public void aside(SimProcess process, Runnable action) {
        boolean before = process.isTimeless();
        process.setTimeless(true);
        try {
            action.run();
        } finally {
            process.setTimeless(before);
        }
    }

    private void runBlocked(SimProcess process, long end) {
        process.setBlocked(true);
        depth++;
        try {
            runUntil(end);
        } finally {
            depth--;
            process.setBlocked(false);
            current = process;
        }
    }
}
