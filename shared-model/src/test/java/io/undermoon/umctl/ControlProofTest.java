package io.undermoon.umctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlProofTest {
    private static final String SECRET = "c0ntrol";
    private static final String ADDRESS = "10.0.0.1:5299";

    private final ControlProof.Caller caller = new ControlProof.Caller(SECRET, ADDRESS);

    @Test
    void proves_the_secret_to_both_sides_and_sends_it_never() {
        ControlProof.Challenged proxy = challenged(caller);
        assertThat(proxy.address()).isEqualTo(ADDRESS);
        List<String> proof = caller.proof(proxy.reply()).orElseThrow();
        String proven = proxy.proven(SECRET, proof.get(2)).orElseThrow();
        assertThat(caller.isProven(proven)).isTrue();
        assertThat(List.of(String.join(" ", caller.challenge()), String.join(" ", proof), proven))
                .noneMatch(text -> text.contains(SECRET));
    }

    @Test
    void takes_nothing_from_a_side_with_another_secret() {
        ControlProof.Challenged proxy = challenged(caller);
        String proof = caller.proof(proxy.reply()).orElseThrow().get(2);
        assertThat(proxy.proven("other", proof)).isEmpty();
        ControlProof.Caller stranger = new ControlProof.Caller("other", ADDRESS);
        ControlProof.Challenged again = challenged(stranger);
        stranger.proof(again.reply());
        assertThat(stranger.isProven(again.proven("other", "").orElse("PROVEN ")))
                .isFalse();
    }

    @Test
    void takes_nothing_a_second_time() {
        ControlProof.Challenged first = challenged(caller);
        String proof = caller.proof(first.reply()).orElseThrow().get(2);
        String proven = first.proven(SECRET, proof).orElseThrow();
        ControlProof.Challenged second = challenged(caller);
        assertThat(second.proven(SECRET, proof)).isEmpty();
        ControlProof.Caller next = new ControlProof.Caller(SECRET, ADDRESS);
        next.proof(second.reply());
        assertThat(next.isProven(proven)).isFalse();
    }

    /** A proxy that is called passes the challenge on to a true one. */
    @Test
    void is_for_the_address_that_was_called() {
        ControlProof.Caller deceived = new ControlProof.Caller(SECRET, "10.0.0.66:5299");
        String passedOn = deceived.challenge().get(2).replace("10.0.0.66:5299", ADDRESS);
        ControlProof.Challenged real = ControlProof.Challenged.read(passedOn).orElseThrow();
        String proof = deceived.proof(real.reply()).orElseThrow().get(2);
        assertThat(real.proven(SECRET, proof)).isEmpty();
    }

    /** A side sends back what it was sent. */
    @Test
    void is_not_proven_by_an_echo() {
        ControlProof.Challenged proxy = challenged(caller);
        String proof = caller.proof(proxy.reply()).orElseThrow().get(2);
        assertThat(caller.isProven("PROVEN " + proof.replaceFirst(".*:", ""))).isFalse();
        assertThat(caller.isProven(proof)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "OK",
                "CHALLENGE",
                "CHALLENGE 00",
                "WRONGPASS no",
                "PROVEN 00",
                "CHALLENGE 0123456789abcdef0123456789abcdeg"
            })
    void says_no_more_to_a_proxy_that_does_not_take_part(String reply) {
        assertThat(caller.proof(reply)).isEmpty();
        assertThat(caller.isProven(reply)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", SECRET, "challenge:1:", "challenge:2:0123456789abcdef0123456789abcdef:a:1", "proof:1:00"})
    void takes_other_words_for_passwords(String word) {
        assertThat(ControlProof.Challenged.read(word)).isEqualTo(Optional.empty());
    }

    private static ControlProof.Challenged challenged(ControlProof.Caller caller) {
        return ControlProof.Challenged.read(caller.challenge().get(2)).orElseThrow();
    }
}
