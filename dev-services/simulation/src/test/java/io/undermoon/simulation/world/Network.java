package io.undermoon.simulation.world;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The network between hosts: messages take time, may be late, come twice or be lost, and connections may be cut in one
 * direction or both. Messages from one process to another that are {@link #send sent} keep their order, as on one
 * connection; {@link #call calls} do not.
 */
public final class Network {
    private static final long LEAST_DELAY = World.MILLI / 10;
    private static final long LOCAL_DELAY = World.MILLI / 20;
    private static final long REFUSED_DELAY = World.MILLI;
    private static final long RESEND = 100 * World.MILLI;
    private static final long GIVEN_UP = 3 * World.SECOND;
    private static final long LATEST = 5 * World.SECOND;

    private final World world;
    private final Set<Direction> cuts = new HashSet<>();

    /** When the last message from one process to another arrives, by their numbers. */
    private long[][] lastArrivals = new long[0][0];

    /** What waits on a connection for a cut to end: what was sent later does not overtake it. */
    private final Map<Connection, Deque<Message>> waiting = new HashMap<>();

    private long maxDelay = World.MILLI;
    private double lossOfCalls;
    private double duplicates;

    private record Direction(String from, String to) {}

    private record Connection(int from, int to) {}

    /** What became of a call that failed. */
    public enum Failure {
        REFUSED,
        TIMEOUT
    }

    public Network(World world) {
        this.world = world;
    }

    /** Cuts the way from one host to another. */
    public void cut(String from, String to) {
        cuts.add(new Direction(from, to));
    }

    public void heal(String from, String to) {
        cuts.remove(new Direction(from, to));
    }

    public boolean isCut(SimProcess from, SimProcess to) {
        return !cuts.isEmpty() && cuts.contains(new Direction(from.host(), to.host()));
    }

    /**
     * How good the network is.
     *
     * @param slowest the longest delay of a message
     * @param loss how often the request or the reply of a call does not come in time
     * @param twice how often the request of a call comes again, later
     */
    public void quality(long slowest, double loss, double twice) {
        this.maxDelay = slowest;
        this.lossOfCalls = loss;
        this.duplicates = twice;
    }

    public long delay(SimProcess from, SimProcess to) {
        return from.host().equals(to.host()) ? LOCAL_DELAY : LEAST_DELAY + world.random(0, maxDelay);
    }

    /**
     * Sends a message on the connection from one process to another.
     *
     * @param arrived what it does there
     * @param failed what happens at the sender when nobody is there, or the connection is given up
     */
    public void send(SimProcess from, SimProcess to, Runnable arrived, Runnable failed) {
        long[] last = lastArrivals(from);
        long arrival = Math.max(world.nowNanos() + delay(from, to), last[to.number()]);
        last[to.number()] = arrival;
        Message message =
                new Message(from, from.generation(), to, to.generation(), arrived, failed, world.nowNanos() + GIVEN_UP);
        world.later(arrival - world.nowNanos(), () -> arrive(message));
    }

    private long[] lastArrivals(SimProcess from) {
        if (lastArrivals.length == 0) {
            int processes = world.processes() + 1;
            lastArrivals = new long[processes][processes];
        }
        return lastArrivals[from.number()];
    }

    /**
     * Sends the answer to a message that a process has sent in one of its lives; another life does not get it.
     *
     * @param life that of the asker
     */
    public void answer(SimProcess from, SimProcess asker, int life, Runnable arrived, Runnable failed) {
        if (asker.generation() == life) {
            send(from, asker, arrived, failed);
        }
    }

    /** A message on a connection, which ends with the life of either process. */
    private record Message(
            SimProcess from,
            int life,
            SimProcess to,
            int lifeThere,
            Runnable arrived,
            Runnable failed,
            long deadline) {}

    private void arrive(Message message) {
        boolean isCut = isCut(message.from(), message.to());
        if (!isCut && waiting.isEmpty()) {
            deliver(message);
            return;
        }
        Connection connection =
                new Connection(message.from().number(), message.to().number());
        Deque<Message> before = waiting.get(connection);
        if (before != null) {
            before.add(message);
        } else if (isCut) {
            Deque<Message> first = new ArrayDeque<>();
            first.add(message);
            waiting.put(connection, first);
            world.later(RESEND, () -> resend(connection, first));
        } else {
            deliver(message);
        }
    }

    private void resend(Connection connection, Deque<Message> messages) {
        for (Message next = messages.peek(); next != null; next = messages.peek()) {
            boolean isCut = isCut(next.from(), next.to());
            if (isCut && world.nowNanos() < next.deadline()) {
                world.later(RESEND, () -> resend(connection, messages));
                return;
            }
            messages.remove();
            if (isCut) {
                failed(next, 0);
            } else {
                deliver(next);
            }
        }
        waiting.remove(connection);
    }

    private void deliver(Message message) {
        if (message.to().isAlive() && message.to().generation() == message.lifeThere()) {
            world.now(message.to(), message.arrived());
        } else {
            failed(message, REFUSED_DELAY);
        }
    }

    private void failed(Message message, long delay) {
        if (message.from().isAlive() && message.from().generation() == message.life()) {
            world.later(message.from(), delay, message.failed());
        }
    }

    /**
     * A call of the process that acts now to another one, for whose answer it waits.
     *
     * @param handler what the other one does, and its answer
     * @param failure the exception for a call that failed
     */
    public <T> T call(
            SimProcess from,
            SimProcess to,
            long timeout,
            Supplier<T> handler,
            Function<Failure, RuntimeException> failure) {
        long there = delay(from, to);
        if (isCut(from, to)) {
            world.elapse(timeout);
            throw failure.apply(Failure.TIMEOUT);
        }
        if (!to.isAlive()) {
            world.elapse(there + REFUSED_DELAY);
            throw failure.apply(Failure.REFUSED);
        }
        if (to.isHeldUp() || world.chance(lossOfCalls)) {
            world.later(to, world.random(0, LATEST), () -> answer(handler));
            world.elapse(timeout);
            throw failure.apply(Failure.TIMEOUT);
        }
        world.elapse(there);
        if (!to.isAlive() || to.isHeldUp()) {
            world.elapse(timeout);
            throw failure.apply(Failure.TIMEOUT);
        }
        Answer<T> answer = world.within(to, () -> answer(handler));
        if (world.chance(duplicates)) {
            world.later(to, world.random(0, LATEST), () -> answer(handler));
        }
        if (isCut(to, from) || world.chance(lossOfCalls)) {
            world.elapse(timeout);
            throw failure.apply(Failure.TIMEOUT);
        }
        world.elapse(delay(to, from));
        if (answer.failure != null) {
            throw answer.failure;
        }
        return answer.value;
    }

    private record Answer<T>(@Nullable T value, @Nullable RuntimeException failure) {}

    private static <T> Answer<T> answer(Supplier<T> handler) {
        try {
            return new Answer<>(handler.get(), null);
        } catch (RuntimeException e) {
            return new Answer<>(null, e);
        }
    }
}
