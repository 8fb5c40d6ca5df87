package io.undermoon.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * A value that a node sends on a connection with subscriptions, in RESP2. One instance is filled for each value.
 *
 * <pre>
 * *3 message  channel payload         *3 subscribe   name count
 * *4 pmessage pattern channel payload *3 unsubscribe name count
 * *3 smessage channel payload         *2 pong ""     +PONG     -error
 * </pre>
 */
final class PubSubFrame {
    enum Type {
        MESSAGE,
        SUBSCRIBED,
        UNSUBSCRIBED,
        PONG,
        ERROR,
        UNKNOWN
    }

    private SubscriptionKind kind = SubscriptionKind.CHANNEL;
    private ChannelName name = new ChannelName(SubscriptionKind.CHANNEL, new byte[0]);
    private int channelStart;
    private int channelLength;

    /** Where the next bulk string begins; -1 after something that is not one. */
    private int position;

    /** Reads a complete value; the other methods return the parts of a message or a confirmation then. */
    Type read(ByteBuf in, int from, int to) {
        switch (in.getByte(from)) {
            case '+' -> {
                return Type.PONG;
            }
            case '-' -> {
                return Type.ERROR;
            }
            case '*' -> position = in.indexOf(from, to, (byte) '\n') + 1;
            default -> {
                return Type.UNKNOWN;
            }
        }
        if (!readBulk(in, to) || channelLength == 0) {
            return Type.UNKNOWN;
        }
        String word = in.toString(channelStart, channelLength, StandardCharsets.US_ASCII);
        if (word.equals("pong")) {
            return Type.PONG;
        }
        kind = switch (word.charAt(0)) {
            case 'p' -> SubscriptionKind.PATTERN;
            case 's' -> word.equals("subscribe") ? SubscriptionKind.CHANNEL : SubscriptionKind.SHARD;
            default -> SubscriptionKind.CHANNEL;
        };
        if (!readBulk(in, to)) {
            return Type.UNKNOWN;
        }
        byte[] bytes = new byte[channelLength];
        in.getBytes(channelStart, bytes);
        name = new ChannelName(kind, bytes);
        return switch (word) {
            case "message", "smessage" -> Type.MESSAGE;
            case "pmessage" -> readBulk(in, to) ? Type.MESSAGE : Type.UNKNOWN;
            case "subscribe", "psubscribe", "ssubscribe" -> Type.SUBSCRIBED;
            case "unsubscribe", "punsubscribe", "sunsubscribe" -> Type.UNSUBSCRIBED;
            default -> Type.UNKNOWN;
        };
    }

    /** The channel or pattern that was subscribed to. */
    ChannelName name() {
        return name;
    }

    /** Where the channel that a message was published to begins. */
    int channelStart() {
        return channelStart;
    }

    int channelLength() {
        return channelLength;
    }

    /** Finds the next element, which has to be a bulk string and not null. */
    private boolean readBulk(ByteBuf in, int to) {
        if (position >= to || in.getByte(position) != '$') {
            return false;
        }
        int length = 0;
        int index = position + 1;
        for (byte c = in.getByte(index); c != '\r'; c = in.getByte(++index)) {
            if (c < '0' || c > '9') {
                return false;
            }
            length = length * 10 + (c - '0');
        }
        channelStart = index + 2;
        channelLength = length;
        position = channelStart + length + 2;
        return true;
    }
}
