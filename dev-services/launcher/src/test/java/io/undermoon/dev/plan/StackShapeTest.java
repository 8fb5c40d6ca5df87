package io.undermoon.dev.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StackShapeTest {
    private static final StackShape.Request NOTHING = new StackShape.Request(null, null, null, null);

    @Test
    void a_stack_has_four_proxies_and_one_coordinator_unless_asked_otherwise() {
        assertThat(StackShape.first(NOTHING)).isEqualTo(new StackShape(4, 1, false, PortLayout.standard()));
        assertThat(StackShape.first(new StackShape.Request(6, 2, true, 20000)))
                .isEqualTo(new StackShape(6, 2, true, PortLayout.from(20000)));
    }

    @Test
    void continues_as_it_was_when_nothing_is_asked() {
        StackShape shape = new StackShape(6, 2, true, PortLayout.from(20000));

        assertThat(shape.continuedWith(NOTHING)).isEqualTo(shape);
    }

    @Test
    void grows() {
        StackShape shape = new StackShape(4, 1, false, PortLayout.standard());

        assertThat(shape.continuedWith(new StackShape.Request(6, 2, null, null)))
                .isEqualTo(new StackShape(6, 2, false, PortLayout.standard()));
    }

    @Test
    void does_not_shrink_or_move() {
        StackShape shape = new StackShape(4, 1, false, PortLayout.standard());

        assertThatThrownBy(() -> shape.continuedWith(new StackShape.Request(2, null, null, null)))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("--proxies 4, which cannot become 2");
        assertThatThrownBy(() -> shape.continuedWith(new StackShape.Request(null, null, null, 20000)))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("--base-port 20000");
        assertThatThrownBy(() -> shape.continuedWith(new StackShape.Request(null, null, true, null)))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("--active-redirection");
    }

    @Test
    void refuses_sizes_and_ports_that_do_not_fit() {
        assertThatThrownBy(() -> StackShape.first(new StackShape.Request(0, null, null, null)))
                .hasMessage("--proxies 0 is not within 1-100");
        assertThatThrownBy(() -> StackShape.first(new StackShape.Request(null, 9, null, null)))
                .hasMessage("--coordinators 9 is not within 1-8");
        assertThatThrownBy(() -> StackShape.first(new StackShape.Request(null, null, null, 65200)))
                .hasMessageContaining("--base-port 65200 is not within 1024-65016");
    }
}
