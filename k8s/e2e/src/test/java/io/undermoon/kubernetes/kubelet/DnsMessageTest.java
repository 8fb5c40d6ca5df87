package io.undermoon.kubernetes.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class DnsMessageTest {
    /** What glibc sends for the address of {@code a.Svc}, with an additional record (EDNS). */
    private static final byte[] QUESTION =
            HexFormat.of().parseHex("12340120000100000000000101610353766300" + "00010001" + "0000290200000000000000");

    @Test
    void a_question_is_read() {
        DnsMessage question = DnsMessage.parse(QUESTION, QUESTION.length).orElseThrow();
        assertThat(question.id()).isEqualTo(0x1234);
        assertThat(question.name()).isEqualTo("a.svc");
        assertThat(question.type()).isEqualTo(DnsMessage.ADDRESS);
    }

    @Test
    void an_answer_repeats_the_question_and_has_the_addresses() {
        DnsMessage question = DnsMessage.parse(QUESTION, QUESTION.length).orElseThrow();
        assertThat(question.answer(true, List.of("10.244.1.2")))
                .isEqualTo(HexFormat.of()
                        .parseHex("12348580000100010000000001610353766300" + "00010001" + "c00c00010001000000050004"
                                + "0af40102"));
    }

    @Test
    void a_name_that_is_not_known_is_no_name_without_addresses() {
        DnsMessage question = DnsMessage.parse(QUESTION, QUESTION.length).orElseThrow();
        assertThat(question.answer(false, List.of())[3] & 0xF).isEqualTo(3);
        assertThat(question.answer(true, List.of())[3] & 0xF).isZero();
    }

    @Test
    void a_question_that_ends_early_is_none() {
        for (int length = 0; length < 23; length++) {
            assertThat(DnsMessage.parse(Arrays.copyOf(QUESTION, length), length))
                    .isEmpty();
        }
    }
}
