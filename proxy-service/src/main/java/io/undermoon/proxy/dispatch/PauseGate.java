package io.undermoon.proxy.session;

import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.client.ClientPause;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandFlag;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Holds back commands of a loop's clients while {@code CLIENT PAUSE} says so. Which ones is as in Redis: all, or those that
 * write or may write, publishing and scripts among them. Commands by which one logs in, control commands and {@code CLIENT
 * UNPAUSE} are never held back, nor is what other proxies forward for their clients. Owned by the loop.
 */
final class PauseGate {
    private final ProxyLoop loop;
    private final ClientPause pause;
    private final Set<ClientSession> held = new LinkedHashSet<>();
    private ClientPause.Mode mode = ClientPause.Mode.NONE;

    PauseGate(ProxyLoop loop, ClientPause pause) {
        this.loop = loop;
        this.pause = pause;
        pause.onChange(this::follow);
    }

    /** Whether a pause is on. */
    boolean isClosed() {
        return mode != ClientPause.Mode.NONE;
    }

    /** Whether a command has to come again; the session is woken when it is time. */
    boolean holds(ClientSession session, Command command) {
        if (isExempt(command)) {
            return false;
        }
        boolean waits = mode == ClientPause.Mode.ALL || mayWrite(session, command);
        if (waits) {
            held.add(session);
        }
        return waits;
    }

    /** The client is gone. */
    void forget(ClientSession session) {
        held.remove(session);
    }

    private CompletionStage<?> follow() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            obey();
            done.complete(null);
        });
        return done;
    }

    private void obey() {
        ClientPause.State now = pause.state();
        long left = now.nanosLeft();
        mode = left > 0 ? now.mode() : ClientPause.Mode.NONE;
        if (isClosed()) {
            loop.eventLoop().schedule(this::obey, left, TimeUnit.NANOSECONDS);
        }
        // With another mode some may go on; who may not is held again.
        List<ClientSession> woken = List.copyOf(held);
        held.clear();
        woken.forEach(ClientSession::wake);
    }

    private static boolean isExempt(Command command) {
        return command.has(CommandFlag.NO_AUTH)
                || command.name().equals("umctl")
                || command.name().equals("client|unpause");
    }

    private static boolean mayWrite(ClientSession session, Command command) {
        Transaction transaction = session.state().transaction();
        if (transaction != null && command.name().equals("exec")) {
            return transaction.mayWrite();
        }
        return mayWrite(command);
    }

    /** Whether a command changes data or may do so, by the rule of Redis. */
    static boolean mayWrite(Command command) {
        if (command.has(CommandFlag.WRITE)) {
            return true;
        }
        return switch (command.name()) {
            case "eval", "evalsha", "fcall", "pfcount", "publish", "spublish" -> true;
            default -> false;
        };
    }
}
