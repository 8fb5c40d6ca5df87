package io.undermoon.kubernetes.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpansionTest {
    @ParameterizedTest
    @CsvSource({
        "$(NAME), pod-0",
        "$(NAME).svc:$(PORT), pod-0.svc:5299",
        "$(OTHER), $(OTHER)",
        "$$(NAME), $(NAME)",
        "$$$(NAME), $pod-0",
        "$NAME and ${NAME}, $NAME and ${NAME}",
        "$(NAME, $(NAME",
        "100 $, 100 $",
    })
    void references_are_replaced_as_kubernetes_does(String text, String expanded) {
        assertThat(Expansion.expand(text, Map.of("NAME", "pod-0", "PORT", "5299")))
                .isEqualTo(expanded);
    }
}
