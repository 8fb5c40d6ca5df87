package io.undermoon.proxy.dispatch;

import io.undermoon.proxy.client.ClientPause;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandFlag;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.proxy.transaction.Transaction;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Holds commands of a loop's clients while {@code CLIENT PAUSE} is in force. Which ones is as in Redis: all, or those
 * that write or may write. Commands by which a client logs in, control commands and {@code CLIENT UNPAUSE} are never
 * held, nor are commands that other proxies forward. Owned by the loop.
 */
final class PauseGate {
    private final SessionLoop loop;
    private final ClientPause pause;
    private ClientPause.Mode mode = ClientPause.Mode.NONE;

    PauseGate(SessionLoop loop, ClientPause pause) {
        this.loop = loop;
        this.pause = pause;
        pause.onChange(this::follow);
    }

    /** Whether a pause is in force. */
    boolean isClosed() {
        return mode != ClientPause.Mode.NONE;
    }

    /** Whether a command is held; the session is held then. */
    boolean holds(ClientSession session, Command command) {
        boolean isHeld = !isExempt(command) && (mode == ClientPause.Mode.ALL || mayWrite(session, command));
        if (isHeld) {
            session.hold();
            session.client().paused(true);
        }
        return isHeld;
    }

    private CompletionStage<?> follow() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.proxyLoop().execute(() -> {
            apply();
            done.complete(null);
        });
        return done;
    }

    private void apply() {
        ClientPause.State now = pause.state();
        long left = now.nanosLeft();
        mode = left > 0 ? now.mode() : ClientPause.Mode.NONE;
        if (isClosed()) {
            loop.proxyLoop().eventLoop().schedule(this::apply, left, TimeUnit.NANOSECONDS);
        }
        // In another mode some commands may go on; the others are held again.
        loop.releaseHeld();
    }

    private static boolean isExempt(Command command) {
        return command.has(CommandFlag.NO_AUTH)
                || command.name().equals("umctl")
                || command.name().equals("client|unpause");
    }

    private static boolean mayWrite(ClientSession session, Command command) {
        Transaction transaction = Transaction.of(session);
        return transaction != null && command.name().equals("exec") ? transaction.mayWrite() : command.mayWrite();
    }
}
