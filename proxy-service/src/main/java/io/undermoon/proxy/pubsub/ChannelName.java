package io.undermoon.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.undermoon.slot.Slot;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The name of a channel, pattern or shard channel, as bytes. Immutable. */
final class ChannelName {
    private static final byte[] KEYSPACE = "__keyspace@".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEYEVENT = "__keyevent@".getBytes(StandardCharsets.US_ASCII);

    private final SubscriptionKind kind;
    private final byte[] bytes;
    private final int hash;

    /**
     * @param bytes not changed from now on
     */
    public ChannelName(SubscriptionKind kind, byte[] bytes) {
        this.kind = kind;
        this.bytes = bytes;
        this.hash = 31 * Arrays.hashCode(bytes) + kind.ordinal();
    }

    public SubscriptionKind kind() {
        return kind;
    }

    /** The slot whose owner has the channel; meaningless when {@link #isEverywhere}. */
    public int slot() {
        return Slot.of(bytes);
    }

    /**
     * Whether messages may come from every node: a pattern matches channels of any slot, and key space notifications
     * are published by each node about its own keys.
     */
    public boolean isEverywhere() {
        return kind == SubscriptionKind.PATTERN
                || kind == SubscriptionKind.CHANNEL && (startsWith(KEYSPACE) || startsWith(KEYEVENT));
    }

    /** Whether the channel in a message is one of key space notifications. */
    static boolean isNotification(ByteBuf in, int start, int length) {
        return startsWith(in, start, length, KEYSPACE) || startsWith(in, start, length, KEYEVENT);
    }

    /** Appends the name as a bulk string. */
    public void writeTo(ByteBuf out) {
        out.writeCharSequence("$" + bytes.length + "\r\n", StandardCharsets.US_ASCII);
        out.writeBytes(bytes).writeByte('\r').writeByte('\n');
    }

    /** The name as text of one character for each byte. */
    public String text() {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChannelName name && name.kind == kind && Arrays.equals(name.bytes, bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return kind + " " + text();
    }

    private boolean startsWith(byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static boolean startsWith(ByteBuf in, int start, int length, byte[] prefix) {
        if (length < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (in.getByte(start + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
