package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** The outcome of {@code CLIENT UNBLOCK}. */
public enum UnblockOutcome {
    /** The command was blocked; its reply follows. */
    UNBLOCKED,
    /** The command has not arrived yet, or is answered. */
    NOT_BLOCKED,
    /** The backend cannot be reached, or refuses the command. */
    FAILED;

    /** Reads the outcome from the reply. */
    static final class Receiver implements ReplyReceiver {
        private final Consumer<UnblockOutcome> outcome;
        private UnblockOutcome result = FAILED;
        private int position;

        Receiver(Consumer<UnblockOutcome> outcome) {
            this.outcome = outcome;
        }

        /** {@code :1} or {@code :0}. */
        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            for (int i = from; i < to; i++) {
                byte c = in.getByte(i);
                if (position == 0 && c == ':') {
                    result = NOT_BLOCKED;
                } else if (position == 1 && c == '1' && result == NOT_BLOCKED) {
                    result = UNBLOCKED;
                }
                position++;
            }
            if (last) {
                outcome.accept(result);
            }
        }

        @Override
        public void fail(BackendFailure failure) {
            outcome.accept(FAILED);
        }
    }
}
