package io.undermoon.broker.proxy;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** One question asked of many proxies at the same time. */
final class FanOut {
    private FanOut() {}

    /** Asks about all subjects at once, as {@link #all(Collection, int, Function)} does. */
    static <S, A> CompletableFuture<Map<S, A>> all(Collection<S> subjects, Function<S, CompletableFuture<A>> question) {
        return all(subjects, Integer.MAX_VALUE, question);
    }

    /**
     * Asks about each subject.
     *
     * @param atOnce how many answers are waited for at a time, for answers that are large
     * @param question must not fail
     * @return the answer for each subject
     */
    static <S, A> CompletableFuture<Map<S, A>> all(
            Collection<S> subjects, int atOnce, Function<S, CompletableFuture<A>> question) {
        return Multi.createFrom()
                .iterable(new LinkedHashSet<>(subjects))
                .onItem()
                .transformToUni(subject -> Uni.createFrom()
                        .completionStage(() -> question.apply(subject))
                        .map(answer -> Map.entry(subject, answer)))
                .merge(atOnce)
                .collect()
                .asMap(Map.Entry::getKey, Map.Entry::getValue)
                .subscribeAsCompletionStage();
    }
}
