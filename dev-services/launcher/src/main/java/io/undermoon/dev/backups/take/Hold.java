package io.undermoon.dev.backups.take;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.RefusedException;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Agrees on a point: has all masters hold their writers at once, asks each where it is, and lets go. A write that was
 * acknowledged before another one was sent is never beyond the point if that one is not: at some moment of the hold no
 * master executed writes. The masters let go by themselves when the limit has passed, whatever becomes of this program.
 */
final class Hold {
    private final Map<HostPort, RedisConnection> masters;
    private final long limitMillis;

    /**
     * What the masters had at the point.
     *
     * @param at when all had said where they are
     * @param heldMillis how long it took until all writers were let go, rounded up
     */
    record Point(Map<HostPort, MasterState> states, Instant at, long heldMillis) {}

    Hold(Map<HostPort, RedisConnection> masters, long limitMillis) {
        this.masters = masters;
        this.limitMillis = limitMillis;
    }

    /** @throws TooSlowException if it took longer than the limit: then it is no point, and everything goes on */
    Point take() throws IOException {
        askAll(List.of(Command.of("PING")));
        long start = System.nanoTime();
        Map<HostPort, MasterState> states = new LinkedHashMap<>();
        long told;
        Instant at;
        try {
            askAll(List.of(Command.of("CLIENT", "PAUSE", limitMillis, "WRITE")));
            Map<HostPort, List<RespValue>> replies = askAll(
                    List.of(Command.of("INFO", MasterState.SECTIONS[0]), Command.of("INFO", MasterState.SECTIONS[1])));
            told = System.nanoTime() - start;
            at = Instant.now().truncatedTo(ChronoUnit.MILLIS);
            replies.forEach((master, both) -> states.put(master, MasterState.of(both.get(0), both.get(1))));
        } finally {
            letGo();
        }
        // The first master was held from after the start, so until the limit had passed since then all were.
        if (told >= limitMillis * 1_000_000L) {
            throw new TooSlowException("writers were held at all masters for " + limitMillis
                    + " ms, and by then not all had said where they are");
        }
        return new Point(states, at, (System.nanoTime() - start + 999_999) / 1_000_000);
    }

    /** The hold has taken too long. */
    static final class TooSlowException extends IOException {
        private static final long serialVersionUID = 1L;

        TooSlowException(String message) {
            super(message);
        }
    }

    private Map<HostPort, List<RespValue>> askAll(List<Command> commands) throws IOException {
        for (RedisConnection master : masters.values()) {
            master.send(commands);
        }
        Map<HostPort, List<RespValue>> replies = new LinkedHashMap<>();
        String refusal = "";
        for (Map.Entry<HostPort, RedisConnection> master : masters.entrySet()) {
            List<RespValue> received = master.getValue().receive(commands.size());
            for (RespValue reply : received) {
                if (reply instanceof Failure failure) {
                    refusal = master.getKey() + " refuses " + text(commands.get(0)) + ": " + failure.text()
                            + " (the user needs +psync +replconf +client +info)";
                }
            }
            replies.put(master.getKey(), received);
        }
        if (!refusal.isEmpty()) {
            throw new RefusedException(refusal);
        }
        return replies;
    }

    private static String text(Command command) {
        StringBuilder words = new StringBuilder();
        for (byte[] word : command.arguments()) {
            words.append(words.isEmpty() ? "" : " ").append(new String(word, java.nio.charset.StandardCharsets.UTF_8));
        }
        return words.toString();
    }

    private void letGo() {
        for (RedisConnection master : masters.values()) {
            try {
                master.send(List.of(Command.of("CLIENT", "UNPAUSE")));
            } catch (IOException e) {
                // It lets go by itself.
            }
        }
        for (RedisConnection master : masters.values()) {
            try {
                master.receive(1);
            } catch (IOException e) {
                // As above; the next question fails.
            }
        }
    }
}
