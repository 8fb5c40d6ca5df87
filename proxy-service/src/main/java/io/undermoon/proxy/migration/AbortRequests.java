package io.undermoon.proxy.migration;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Those who want a migration cancelled, and wait to hear whether it is. Owned by the migration event loop. */
final class AbortRequests {
    private static final long PATIENCE_MILLIS = 5000;

    private final EventLoop loop;
    private final List<CompletableFuture<String>> waiting = new ArrayList<>();

    AbortRequests(EventLoop loop) {
        this.loop = loop;
    }

    /** One more; it gets the next answer, or hears after a while that there is none yet. */
    CompletionStage<String> add() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        waiting.add(answer);
        loop.schedule(
                () -> answer.complete("TRYAGAIN it is not known yet whether the slots are switched"),
                PATIENCE_MILLIS,
                TimeUnit.MILLISECONDS);
        return answer;
    }

    /** {@code OK} or an error, for all who wait. */
    void answer(String text) {
        waiting.forEach(request -> request.complete(text));
        waiting.clear();
    }
}
