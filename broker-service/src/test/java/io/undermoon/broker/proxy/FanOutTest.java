package io.undermoon.broker.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FanOutTest {
    private static final List<Integer> SUBJECTS = IntStream.range(0, 10).boxed().toList();

    private final Deque<CompletableFuture<String>> open = new ArrayDeque<>();

    @Test
    void all_are_asked_at_once() {
        CompletableFuture<Map<Integer, String>> answers = FanOut.all(SUBJECTS, this::ask);

        assertThat(open).hasSameSizeAs(SUBJECTS);
        open.forEach(answer -> answer.complete("a"));
        assertThat(answers.join()).containsOnlyKeys(SUBJECTS);
    }

    @Test
    void no_more_are_asked_at_a_time_than_wanted() {
        CompletableFuture<Map<Integer, String>> answers = FanOut.all(SUBJECTS, 3, this::ask);

        for (int answered = 0; answered < SUBJECTS.size(); answered++) {
            assertThat(answers).isNotDone();
            assertThat(open).hasSize(Math.min(3, SUBJECTS.size() - answered));
            open.remove().complete("answer " + answered);
        }
        assertThat(answers.join()).containsOnlyKeys(SUBJECTS).containsEntry(9, "answer 9");
    }

    @Test
    void a_subject_is_asked_about_once() {
        CompletableFuture<Map<Integer, String>> answers = FanOut.all(List.of(1, 1), this::ask);

        open.remove().complete("a");
        assertThat(answers.join()).containsExactly(Map.entry(1, "a"));
    }

    private CompletableFuture<String> ask(int subject) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        open.add(answer);
        return answer;
    }
}
