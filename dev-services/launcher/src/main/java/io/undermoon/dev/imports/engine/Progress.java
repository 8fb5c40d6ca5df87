package io.undermoon.dev.imports.engine;

import io.undermoon.dev.imports.ImportPlan;
import io.undermoon.dev.imports.source.Position;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Says how an import goes: to the terminal every few seconds, and to the record of the import. Owned by the thread of
 * the import.
 */
final class Progress {
    private static final long SHOW_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LAG_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ImportPlan plan;
    private final SourceSide source;
    private final Backlog backlog;
    private final Counters counters;
    private final Notices notices;
    private final Consumer<String> out;
    private final long startNanos = System.nanoTime();
    private long shownNanos = System.nanoTime();
    private long lagNanos = System.nanoTime() - LAG_NANOS;
    private long rateNanos = System.nanoTime();
    private long rateBytes;
    private long rateKeys;
    private double bytesPerSecond;
    private double keysPerSecond;
    private long behindBytes = -1;
    private String shown = "";

    Progress(
            ImportPlan plan,
            SourceSide source,
            Backlog backlog,
            Counters counters,
            Notices notices,
            Consumer<String> out) {
        this.plan = plan;
        this.source = source;
        this.backlog = backlog;
        this.counters = counters;
        this.notices = notices;
        this.out = out;
    }

    /** A line for a person. */
    void say(String text) {
        out.accept(text);
    }

    /** What was written until all was there for the first time. */
    void sayCopied() {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        say(String.format(
                Locale.ROOT,
                "all that there was is copied: %d keys, %.1f MB in %.1f s (%.1f MB/s)",
                counters.keys,
                counters.bytes / 1e6,
                seconds,
                counters.bytes / 1e6 / seconds));
    }

    /** A problem that may pass. */
    void trouble(String text) {
        notices.source(text);
    }

    /** By how many bytes the streams are behind the masters, as of a second ago; -1 while that is not known. */
    long behindBytes() {
        return behindBytes;
    }

    /** How it goes, in one line; shown as well when there is something new and some time has passed. */
    String text(boolean live, long checkpoint) {
        measure();
        String phase = live
                ? "following, " + counters.commands + " commands, behind by "
                        + (behindBytes < 0 ? "?" : String.valueOf(behindBytes)) + " bytes and "
                        + backlog.changesOpen() + " keys"
                : "copying, " + backlog.changesOpen() + " keys on their way";
        String text = String.format(
                Locale.ROOT,
                "%s; written %d keys, %.1f MB (%.0f keys/s, %.1f MB/s), read again %d; checkpoint %d; %d s",
                phase,
                counters.keys,
                counters.bytes / 1e6,
                keysPerSecond,
                bytesPerSecond / 1e6,
                counters.reread,
                checkpoint,
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos));
        String trouble = notices.recent();
        text = trouble.isEmpty() ? text : text + "; " + trouble;
        if (System.nanoTime() - shownNanos > SHOW_NANOS && !text.equals(shown)) {
            shownNanos = System.nanoTime();
            shown = text;
            out.accept(text);
        }
        return text;
    }

    private void measure() {
        long now = System.nanoTime();
        if (now - lagNanos < LAG_NANOS) {
            return;
        }
        lagNanos = now;
        double seconds = (now - rateNanos) / 1e9;
        bytesPerSecond = (counters.bytes - rateBytes) / seconds;
        keysPerSecond = (counters.keys - rateKeys) / seconds;
        rateNanos = now;
        rateBytes = counters.bytes;
        rateKeys = counters.keys;
        try {
            long behind = 0;
            for (Map.Entry<HostPort, Long> offset : source.offsets().entrySet()) {
                Position position = backlog.position(offset.getKey());
                behind += position == null ? 0 : Math.max(0, offset.getValue() - position.offset());
            }
            behindBytes = behind;
        } catch (IOException e) {
            behindBytes = -1;
            notices.source(plan.from() + ": " + e.getMessage());
        }
    }
}
