package io.undermoon.broker.proxy;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

/** One question asked of many proxies at the same time. */
final class FanOut {
    private FanOut() {}

    /**
     * Asks about each subject.
     *
     * @param question must not fail
     * @return the answer for each subject
     */
    static <S, A> CompletableFuture<Map<S, A>> all(Collection<S> subjects, Function<S, CompletableFuture<A>> question) {
        Map<S, CompletableFuture<A>> answers =
                subjects.stream().distinct().collect(Collectors.toMap(Function.identity(), question));
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new))
                .thenApply(done -> answers.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, entry -> entry.getValue().join())));
    }
}
