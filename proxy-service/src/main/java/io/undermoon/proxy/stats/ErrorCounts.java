package io.undermoon.proxy.stats;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many error replies clients got, by code: the first word of the error, {@code WRONGTYPE} or {@code MOVED}. Written
 * by one loop, read by any thread. The number of codes is bounded, because scripts make their own.
 */
public final class ErrorCounts {
    /** As many codes as Redis 7.2 counts. */
    private static final int MAX_CODES = 128;

    private static final int MAX_CODE_LENGTH = 64;
    private static final String NO_CODE = "ERR";

    /** What a server says before it has executed anything. */
    private static final Set<String> REJECTIONS = Set.of(
            "ASK",
            "BUSY",
            "CLUSTERDOWN",
            "CROSSSLOT",
            "LOADING",
            "MASTERDOWN",
            "MISCONF",
            "MOVED",
            "NOAUTH",
            "NOPERM",
            "NOREPLICAS",
            "OOM",
            "READONLY",
            "TRYAGAIN");

    private final ConcurrentHashMap<String, Long> counts = new ConcurrentHashMap<>();

    /**
     * Counts an error reply.
     *
     * @param from where the reply begins, with {@code -}, or {@code !} of RESP3
     * @return whether it says that the command was rejected, and not that it failed
     */
    public boolean count(ByteBuf reply, int from, int to) {
        String code = code(reply, from, to);
        if (counts.size() < MAX_CODES || counts.containsKey(code)) {
            counts.merge(code, 1L, Long::sum);
        }
        return REJECTIONS.contains(code);
    }

    /** The counts of all codes so far. */
    Map<String, Long> all() {
        return new TreeMap<>(counts);
    }

    private static String code(ByteBuf reply, int from, int to) {
        int start = from + 1;
        if (reply.getByte(from) == '!') {
            int endOfLength = reply.indexOf(start, to, (byte) '\n');
            start = endOfLength < 0 ? to : endOfLength + 1;
        }
        int end = start;
        while (end < to && isOfCode(reply.getByte(end))) {
            end++;
        }
        boolean isWord = end > start && end < to && end - start <= MAX_CODE_LENGTH && endsWord(reply.getByte(end));
        return isWord ? reply.toString(start, end - start, StandardCharsets.US_ASCII) : NO_CODE;
    }

    private static boolean isOfCode(byte c) {
        return c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
    }

    private static boolean endsWord(byte c) {
        return c == ' ' || c == '\r';
    }
}
