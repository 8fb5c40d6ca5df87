package io.undermoon.dev.testing;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.RedirectedConnection;
import io.undermoon.resp.RespValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts in several keys of a cluster, one after the other: a key is written when the one before was acknowledged. So
 * at no point has a key a higher count than the one before it, and the first one is ahead of the last by one at most.
 */
public final class OrderedWriter implements AutoCloseable {
    private final List<String> keys;
    private final List<RedirectedConnection> connections = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "ordered-writer");
    private volatile boolean stopping;
    private volatile long rounds;
    private volatile String problem = "";

    /** Opens a connection for each key. */
    public interface Opening {
        RedirectedConnection open() throws IOException;
    }

    public OrderedWriter(List<String> keys, Opening opening) throws IOException {
        this.keys = List.copyOf(keys);
        for (int i = 0; i < keys.size(); i++) {
            connections.add(opening.open());
        }
        thread.start();
    }

    private void run() {
        try {
            for (long round = 1; !stopping; round++) {
                for (int i = 0; i < keys.size(); i++) {
                    RespValue reply = connections.get(i).call(Command.of("INCR", keys.get(i)));
                    if (!reply.equals(new RespValue.Int(round))) {
                        throw new IOException(keys.get(i) + ": " + reply + " and not " + round);
                    }
                }
                rounds = round;
            }
        } catch (IOException e) {
            problem = String.valueOf(e.getMessage());
        }
    }

    /** How many times all keys were counted up. */
    public long rounds() {
        return rounds;
    }

    /** What went wrong for this client; empty for nothing. */
    public String problem() {
        return problem;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        stopping = true;
        thread.join();
        for (RedirectedConnection connection : connections) {
            connection.close();
        }
    }
}
