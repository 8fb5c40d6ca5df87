package io.undermoon.proxy.gather;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The answer to {@code FUNCTION DELETE} of the answers of several nodes: one that has no slots yet may not have the
 * library, so that it is not found counts only where no node had it.
 */
final class DeleteReplies {
    private DeleteReplies() {}

    static void answer(Gather replies) {
        ByteBuf deleted = null;
        for (int i = 0; i < replies.size(); i++) {
            String reply = replies.reply(i).toString(StandardCharsets.UTF_8);
            if (reply.startsWith("+")) {
                deleted = replies.reply(i);
            } else if (!reply.startsWith("-ERR Library not found")) {
                deleted = null;
                break;
            }
        }
        if (deleted == null) {
            replies.answer(Merges::first);
        } else {
            replies.answerWith(deleted);
        }
    }
}
