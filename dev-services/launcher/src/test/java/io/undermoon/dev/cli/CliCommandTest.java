package io.undermoon.dev.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.testing.CommandRun;
import io.undermoon.testsupport.RespServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CliCommandTest {
    private final RespServer owner = new RespServer(command -> switch (command.get(0)) {
        case "GET" -> "$5\r\nhello\r\n";
        case "ASKING" -> "+OK\r\n";
        case "DEL" -> ":1\r\n";
        default -> "-ERR unknown\r\n";
    });
    private final RespServer first = new RespServer(command -> switch (command.get(0)) {
        case "GET" -> "-MOVED 12182 " + owner.address() + "\r\n";
        case "DEL" -> "-ASK 12182 " + owner.address() + "\r\n";
        case "AUTH" -> "+OK\r\n";
        case "PING" -> "+PONG\r\n";
        case "QUITTING" -> RespServer.HANG_UP;
        default -> "-ERR unknown\r\n";
    });

    @AfterEach
    void close() {
        first.close();
        owner.close();
    }

    @Test
    void sends_one_command_and_follows_redirections() {
        CommandRun.Result result = cli("", "GET", "foo");

        assertThat(result).isEqualTo(new CommandRun.Result(0, "hello\n"));
        assertThat(owner.commandLines()).containsExactly("GET foo");
        assertThat(cli("", "DEL", "foo").output()).isEqualTo("1\n");
        assertThat(owner.commandLines()).endsWith("ASKING", "DEL foo");
    }

    @Test
    void an_error_reply_to_its_one_command_is_a_failure() {
        assertThat(cli("", "SET", "-k", "--v")).isEqualTo(new CommandRun.Result(1, "ERR unknown\n"));
        assertThat(first.commandLines()).containsExactly("SET -k --v");
    }

    @Test
    void reads_commands_line_by_line_until_quit() {
        CommandRun.Result result = cli("PING\n\nSET \"a\nGET foo\nPING\nquit\nPING\n");

        assertThat(result.exitCode()).isZero();
        assertThat(result.output()).isEqualTo("PONG\nInvalid argument(s): a \" is not closed\nhello\nERR unknown\n");
        assertThat(first.commandLines()).containsExactly("PING", "GET foo");
    }

    @Test
    void goes_on_with_a_new_connection_after_a_lost_one() {
        CommandRun.Result result = cli("QUITTING\nPING\n");

        assertThat(result.output())
                .startsWith("error: connection to " + first.address() + " lost")
                .endsWith("PONG\n");
        assertThat(first.connections()).isEqualTo(2);
    }

    @Test
    void logs_in() {
        assertThat(cli("", "--password", "s3cret", "PING").output()).isEqualTo("PONG\n");
        assertThat(first.commandLines()).containsExactly("AUTH s3cret", "PING");
    }

    @Test
    void says_where_nothing_listens() {
        first.close();
        CommandRun.Result result = cli("", "PING");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output()).startsWith("error: cannot connect to " + first.address());
    }

    @Test
    void says_that_a_host_does_not_exist() {
        CommandRun.Result result = CommandRun.of(Undermoon::run, "cli", "--seed", "no.such.invalid:1", "PING");
        assertThat(result.output())
                .contains("error: cannot connect to no.such.invalid:1: there is no host of this name");
    }

    private CommandRun.Result cli(String input, String... arguments) {
        List<String> all = new ArrayList<>(List.of("cli", "--seed", first.address()));
        all.addAll(List.of(arguments));
        return CommandRun.withInput(input, Undermoon::run, all.toArray(String[]::new));
    }
}
