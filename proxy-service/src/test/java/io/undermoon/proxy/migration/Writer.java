package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client that writes continuously and checks what it reads: counters, lists and transactions in many slots. It
 * follows {@code MOVED} unless the proxies redirect for it. Any other error ends it.
 */
final class Writer extends Thread {
    private static final int KEYS = 40;

    private final int number;
    private final boolean active;
    private final Map<Integer, RespConnection> connections = new HashMap<>();
    private final long[] counts = new long[KEYS];
    private int port;
    private volatile boolean ending;
    private volatile long rounds;
    private volatile @Nullable Throwable failure;

    Writer(int number, boolean active, int port) {
        super("writer-" + number);
        this.number = number;
        this.active = active;
        this.port = port;
    }

    long rounds() {
        return rounds;
    }

    boolean failed() {
        return failure != null;
    }

    void end() {
        ending = true;
        try {
            join(30_000);
        } catch (InterruptedException e) {
            currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try {
            while (!ending) {
                for (int i = 0; i < KEYS; i++) {
                    round(i);
                }
                rounds = rounds + 1;
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    private void round(int i) {
        String tag = "{w" + number + "-" + i + "}";
        long count = ++counts[i];
        assertThat(text(call("INCR", tag + "counter"))).isEqualTo(Long.toString(count));
        assertThat(text(call("RPUSH", tag + "list", Long.toString(count)))).isEqualTo(Long.toString(count));
        assertThat(text(call("SET", tag + "kept", "v" + count, "EX", "1000"))).isEqualTo("OK");
        call("DEL", tag + "gone");
        assertThat(text(call("EXISTS", tag + "gone"))).isEqualTo("0");
        if (count % 3 == 0) {
            call("SET", tag + "gone", "x");
        }
        transaction(tag, count);
    }

    private void transaction(String tag, long count) {
        RespValue reply = transactionAt(port, tag);
        for (int tries = 0; tries < 10 && !active && reply instanceof RespValue.Failure failed; tries++) {
            String error = failed.text();
            if (!error.startsWith("MOVED") && !error.startsWith("EXECABORT")) {
                break;
            }
            if (error.startsWith("MOVED")) {
                port = portOf(error);
            }
            reply = transactionAt(port, tag);
        }
        assertThat(reply.toString()).contains(Long.toString(count));
        assertThat(reply).isInstanceOf(RespValue.Array.class);
    }

    /** The reply to EXEC, or the first MOVED before it. */
    private RespValue transactionAt(int at, String tag) {
        RespConnection connection = connection(at);
        connection.send("MULTI");
        connection.send("INCR", tag + "first");
        connection.send("INCR", tag + "second");
        connection.send("EXEC");
        connection.receive();
        RespValue first = connection.receive();
        connection.receive();
        RespValue exec = connection.receive();
        return first instanceof RespValue.Failure ? first : exec;
    }

    private RespValue call(String... command) {
        RespValue reply = connection(port).call(command);
        for (int tries = 0; tries < 10 && !active && isMoved(reply); tries++) {
            port = portOf(text(reply));
            reply = connection(port).call(command);
        }
        if (reply instanceof RespValue.Failure error) {
            throw new AssertionError(String.join(" ", command) + ": " + error.text());
        }
        return reply;
    }

    private static boolean isMoved(RespValue reply) {
        return reply instanceof RespValue.Failure failure && failure.text().startsWith("MOVED ");
    }

    private static int portOf(String moved) {
        return Integer.parseInt(moved.substring(moved.lastIndexOf(':') + 1));
    }

    private RespConnection connection(int at) {
        return connections.computeIfAbsent(at, RespConnection::to);
    }

    /** Asserts after the end that all acknowledged writes are present. */
    void check() {
        Throwable problem = failure;
        if (problem != null) {
            throw new AssertionError(getName() + " failed after " + rounds + " rounds", problem);
        }
        assertThat(isAlive()).isFalse();
        for (int i = 0; i < KEYS; i++) {
            String tag = "{w" + number + "-" + i + "}";
            String count = Long.toString(counts[i]);
            assertThat(text(call("GET", tag + "counter"))).isEqualTo(count);
            assertThat(text(call("LLEN", tag + "list"))).isEqualTo(count);
            assertThat(text(call("LINDEX", tag + "list", "-1"))).isEqualTo(count);
            assertThat(text(call("GET", tag + "kept"))).isEqualTo("v" + count);
            assertThat(Long.parseLong(text(call("TTL", tag + "kept")))).isBetween(500L, 1000L);
            assertThat(text(call("GET", tag + "first"))).isEqualTo(count);
            assertThat(text(call("GET", tag + "second"))).isEqualTo(count);
        }
        connections.values().forEach(RespConnection::close);
    }
}
