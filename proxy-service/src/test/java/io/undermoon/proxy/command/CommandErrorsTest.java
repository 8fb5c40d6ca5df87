package io.undermoon.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The texts that Redis has are compared with a real server in CommandRepliesIT. */
class CommandErrorsTest {
    private final CommandTable table = CommandTable.load();

    @Test
    void an_unknown_command_is_repeated_with_its_first_arguments() {
        assertThat(text(out -> CommandErrors.unknownCommand(Frames.of("foo", "a", "b"), out)))
                .isEqualTo("-ERR unknown command 'foo', with args beginning with: 'a' 'b' \r\n");
        assertThat(text(out -> CommandErrors.unknownCommand(Frames.of("f\r\no"), out)))
                .isEqualTo("-ERR unknown command 'f  o', with args beginning with: \r\n");
    }

    @Test
    void refusals_name_the_command() {
        assertThat(text(out -> CommandErrors.refused(table.find("shutdown"), out)))
                .isEqualTo("-ERR command 'shutdown' is not allowed through the proxy: would end or change a node that"
                        + " others use; connect to the Redis node itself if you must run it\r\n");
        assertThat(text(out -> CommandErrors.refused(table.find("cluster|setslot"), out)))
                .endsWith("roles and slots are the control plane's; move slots with 'undermoon reshard' or 'undermoon"
                        + " rebalance', create a cluster with 'undermoon clusters create', or use the HTTP API of the"
                        + " broker\r\n");
        assertThat(text(out -> CommandErrors.notYet(table.find("client|kill"), out)))
                .startsWith("-ERR command 'client|kill' is not supported");
    }

    @Test
    void every_command_of_the_control_plane_has_a_word_of_what_to_type() {
        for (Command command : table.all()) {
            if (command.policy() == Policy.REFUSE && RefusalReason.of(command) == RefusalReason.CONTROL_PLANE) {
                assertThat(text(out -> CommandErrors.refused(command, out)))
                        .as(command.name())
                        .contains("'undermoon ")
                        .endsWith("or use the HTTP API of the broker\r\n");
            }
        }
    }

    @Test
    void every_reason_of_the_key_finder_has_an_error() {
        Command eval = table.find("eval");
        for (int reason = Keys.COPY_DENIED; reason < 0; reason++) {
            assertThat(CommandErrors.unroutable(eval, reason)).matches("(ERR|CROSSSLOT) .+");
        }
        assertThatThrownBy(() -> CommandErrors.unroutable(eval, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String text(Consumer<ByteBuf> write) {
        ByteBuf out = Unpooled.buffer();
        write.accept(out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
