package io.undermoon.proxy.gather;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The one answer to {@code SCRIPT KILL} and {@code FUNCTION KILL} of the answers of several nodes, by what the client
 * has to know first: that a script cannot be killed, that one was killed, that a node could not be asked or refused,
 * and else that none is running.
 */
final class KillReplies {
    private enum Kind {
        NOT_BUSY,
        OTHER,
        KILLED,
        UNKILLABLE
    }

    private KillReplies() {}

    static ByteBuf choose(Gather replies) {
        ByteBuf chosen = replies.reply(0);
        for (int i = 1; i < replies.size(); i++) {
            if (kind(replies.reply(i)).compareTo(kind(chosen)) > 0) {
                chosen = replies.reply(i);
            }
        }
        return chosen;
    }

    private static Kind kind(ByteBuf reply) {
        String text = reply.toString(StandardCharsets.UTF_8);
        if (text.startsWith("-UNKILLABLE")) {
            return Kind.UNKILLABLE;
        }
        if (text.startsWith("+OK")) {
            return Kind.KILLED;
        }
        return text.startsWith("-NOTBUSY") ? Kind.NOT_BUSY : Kind.OTHER;
    }
}
