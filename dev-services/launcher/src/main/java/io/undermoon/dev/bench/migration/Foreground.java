package io.undermoon.dev.bench.migration;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.slot.Slot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Clients of a cluster on one thread: each has one command in flight (80 % GET, 20 % SET), follows redirections, and
 * shares one slot map with the others. Each client sends as soon as it has its reply; or commands are due at a fixed
 * rate, in steps of a millisecond, and wait until a client is free: then their latency is measured from the due time.
 */
final class Foreground implements AutoCloseable {
    private static final long HIGHEST_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final int DIGITS = 3;
    private static final int SET_EVERY = 5;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SEED = 20_260_101;

    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup group = epoll
            ? new EpollEventLoopGroup(1, new DefaultThreadFactory("foreground", true))
            : new NioEventLoopGroup(1, new DefaultThreadFactory("foreground", true));
    private final EventLoop loop = (EventLoop) group.next();
    private final KeySet keys;
    private final byte[] value;
    private final double commandsPerSecond;
    private final Bystander bystander;
    private final List<HostPort> nodes;
    private final Map<String, HostPort> byName = new HashMap<>();
    private final HostPort[] owners = new HostPort[Slot.COUNT];
    private final List<ForegroundClient> clients = new ArrayList<>();

    // The following fields belong to the event loop.
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final ArrayDeque<ForegroundClient> idle = new ArrayDeque<>();
    private final ArrayDeque<Long> waiting = new ArrayDeque<>();
    private final Map<String, Long> errors = new HashMap<>();
    private Histogram latency = new Histogram(HIGHEST_NANOS, DIGITS);
    private long redirections;
    private long phaseStartNanos;
    private long startNanos;
    private long fallenDue;
    private long sent;
    private long tickedNanos;

    /** The longest time between two ticks. */
    private long pausedNanos;

    private boolean over;

    /**
     * @param nodes all there are; the first one has the keys at the start
     * @param commandsPerSecond 0 for as many as there can be
     * @param bystander measures the same periods
     */
    Foreground(
            KeySet keys,
            byte[] value,
            List<HostPort> nodes,
            int clientCount,
            double commandsPerSecond,
            Bystander bystander) {
        this.keys = keys;
        this.value = value;
        this.commandsPerSecond = commandsPerSecond;
        this.bystander = bystander;
        this.nodes = nodes;
        Arrays.fill(owners, nodes.get(0));
        for (int i = 0; i < clientCount; i++) {
            clients.add(new ForegroundClient(this));
        }
    }

    void start() {
        for (ForegroundClient client : clients) {
            for (HostPort node : nodes) {
                client.connect(node).awaitUninterruptibly();
            }
        }
        onLoop(() -> {
            startNanos = System.nanoTime();
            phaseStartNanos = startNanos;
            if (commandsPerSecond == 0) {
                clients.forEach(client -> send(client, System.nanoTime()));
            } else {
                idle.addAll(clients);
                loop.scheduleAtFixedRate(this::tick, 0, TICK_NANOS, TimeUnit.NANOSECONDS);
            }
            return true;
        });
    }

    /** What happened since the start or the last call. Commands on their way count when they are done. */
    Phase endPhase() {
        return onLoop(() -> {
            long now = System.nanoTime();
            Phase phase = Phase.of(
                    (now - phaseStartNanos) / 1e9, latency, pausedNanos, bystander.endPhase(), redirections, errors);
            latency = new Histogram(HIGHEST_NANOS, DIGITS);
            redirections = 0;
            pausedNanos = 0;
            errors.clear();
            phaseStartNanos = now;
            return phase;
        });
    }

    private void tick() {
        long now = System.nanoTime();
        pausedNanos = tickedNanos == 0 ? 0 : Math.max(pausedNanos, now - tickedNanos);
        tickedNanos = now;
        long due = (long) ((now - startNanos) / 1e9 * commandsPerSecond);
        for (; fallenDue < due; fallenDue++) {
            long dueNanos = Math.max(startNanos + (long) (fallenDue / commandsPerSecond * 1e9), 0);
            ForegroundClient client = idle.poll();
            if (client == null) {
                waiting.add(dueNanos);
            } else {
                // Commands of one tick cannot be sent earlier; this delay is not the cluster's.
                send(client, now - dueNanos < 2 * TICK_NANOS ? now : dueNanos);
            }
        }
    }

    private void send(ForegroundClient client, long dueNanos) {
        if (!over) {
            client.send(sent++ % SET_EVERY == 0, dueNanos);
        }
    }

    /** A client has its reply. */
    void done(ForegroundClient client, long dueNanos) {
        latency.recordValue(Math.min(Math.max(0, System.nanoTime() - dueNanos), HIGHEST_NANOS));
        if (commandsPerSecond == 0) {
            send(client, System.nanoTime());
            return;
        }
        Long next = waiting.poll();
        if (next == null) {
            idle.add(client);
        } else {
            send(client, next);
        }
    }

    void redirected() {
        redirections++;
    }

    void failed(String error) {
        if (!over) {
            errors.merge(error, 1L, Long::sum);
        }
    }

    byte[] anyKey(byte[] into) {
        return keys.any(random, into);
    }

    byte[] value() {
        return value;
    }

    HostPort node(String name) {
        return byName.computeIfAbsent(name, HostPort::parse);
    }

    HostPort owner(int slot) {
        return owners[slot];
    }

    void moved(int slot, HostPort owner) {
        owners[slot] = owner;
    }

    boolean isOver() {
        return over;
    }

    EventLoop loop() {
        return loop;
    }

    Bootstrap bootstrap(ForegroundClient client, HostPort address) {
        return new Bootstrap()
                .group(loop)
                .channelFactory(() -> epoll ? new EpollSocketChannel() : new NioSocketChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .remoteAddress(address.host(), address.port())
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(client.newHandler());
                    }
                });
    }

    private <T> T onLoop(Callable<T> action) {
        try {
            return loop.submit(action).get();
        } catch (ExecutionException e) {
            throw new LaunchException("the load has failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }

    @Override
    public void close() {
        onLoop(() -> {
            over = true;
            clients.forEach(ForegroundClient::close);
            return true;
        });
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
