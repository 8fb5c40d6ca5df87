package io.undermoon.proxy.migration;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The pending requests to abort a migration. Owned by the migration event loop. */
final class AbortRequests {
    private static final long TIMEOUT_MILLIS = 5000;

    private final EventLoop loop;
    private final List<CompletableFuture<String>> pending = new ArrayList<>();

    AbortRequests(EventLoop loop) {
        this.loop = loop;
    }

    /** Adds a request, which completes with the next answer, or with an error after 5 seconds without one. */
    CompletionStage<String> add() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        pending.add(answer);
        loop.schedule(
                () -> answer.complete("TRYAGAIN it is not known yet whether the slots are switched"),
                TIMEOUT_MILLIS,
                TimeUnit.MILLISECONDS);
        return answer;
    }

    /** Completes all pending requests with {@code OK} or an error. */
    void answer(String text) {
        pending.forEach(request -> request.complete(text));
        pending.clear();
    }
}
