package io.undermoon.dev.imports.engine;

import io.undermoon.dev.imports.source.KeyState;
import io.undermoon.dev.imports.source.SourceReader;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.util.List;

/** Reads keys that have changed. Has a thread and connections of its own. */
final class KeyRereader implements Runnable {
    private static final int MAX_KEYS = 256;
    private static final int WANTED_BYTES = 4 << 20;
    private static final long PAUSE_MILLIS = 100;

    private final Backlog backlog;
    private final SourceReader source;
    private final Notices notices;
    private int keysAtOnce = MAX_KEYS / 4;

    KeyRereader(Backlog backlog, SourceReader source, Notices notices) {
        this.backlog = backlog;
        this.source = source;
        this.notices = notices;
    }

    @Override
    public void run() {
        try (source) {
            while (true) {
                Backlog.Reading reading = backlog.nextReading(keysAtOnce);
                List<KeyState> states = read(reading);
                adapt(states);
                backlog.read(reading, states);
            }
        } catch (EndedException | InterruptedException e) {
            // The attempt has ended.
        } catch (RuntimeException e) {
            backlog.fail(e);
        }
    }

    private List<KeyState> read(Backlog.Reading reading) throws EndedException, InterruptedException {
        while (true) {
            try {
                return source.read(reading.keys());
            } catch (IOException e) {
                String reason = String.valueOf(e.getMessage());
                if (reason.contains("NOPERM") || reason.contains("NOAUTH")) {
                    throw new LaunchException("the source refuses to be read: " + reason, e);
                }
                notices.source(reason);
                backlog.requireGoingOn();
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    /** Large values are read few at a time. */
    private void adapt(List<KeyState> states) {
        long bytes = 1;
        for (KeyState state : states) {
            bytes += state.size();
        }
        long fitting = (long) WANTED_BYTES * states.size() / bytes;
        keysAtOnce = (int) Math.max(1, Math.min(Math.min(MAX_KEYS, 2L * keysAtOnce), fitting));
    }
}
