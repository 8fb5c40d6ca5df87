package io.undermoon.proxy.gather;

import io.undermoon.proxy.frame.CommandFrame;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The changes of function libraries that this proxy carried out lately for clients of peers. A client that itself sends
 * a change to every proxy is not told that it has been made: for each change here one of an own client counts as made.
 * Thread-safe.
 */
public final class ChangesForPeers {
    /** A client that sends a change to every proxy has done so by then. */
    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int MAX_KEPT = 1000;

    /** By what was changed, in the order of their times. */
    private final Map<String, Long> times = new LinkedHashMap<>();

    /**
     * What a {@code FUNCTION LOAD}, {@code DELETE} or {@code RESTORE} makes so, whatever it says about libraries that
     * exist.
     */
    static String effect(CommandFrame frame) {
        String name = frame.argument(1).toLowerCase(Locale.ROOT);
        int content = name.equals("load") ? frame.argumentCount() - 1 : 2;
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(name.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return HexFormat.of().formatHex(digest.digest(frame.argumentBytes(content)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    synchronized void add(String effect, long nowNanos) {
        dropOld(nowNanos);
        times.remove(effect);
        times.put(effect, nowNanos);
    }

    /** Whether a change was carried out for a peer; it is forgotten. */
    synchronized boolean take(String effect, long nowNanos) {
        dropOld(nowNanos);
        return times.remove(effect) != null;
    }

    private void dropOld(long nowNanos) {
        Iterator<Long> oldest = times.values().iterator();
        while (oldest.hasNext() && (nowNanos - oldest.next() > KEPT_NANOS || times.size() > MAX_KEPT)) {
            oldest.remove();
        }
    }
}
