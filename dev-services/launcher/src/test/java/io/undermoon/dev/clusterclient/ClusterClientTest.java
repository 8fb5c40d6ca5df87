package io.undermoon.dev.clusterclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.resp.RespValue.Int;
import io.undermoon.resp.RespValue.Simple;
import io.undermoon.testsupport.RespServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterClientTest {
    private static final HostPort HERE = new HostPort("127.0.0.1", 7000);

    @ParameterizedTest
    @CsvSource({
        "MOVED 1 10.0.0.1:7001, MOVED, 10.0.0.1:7001",
        "MOVED 1 :7001, MOVED, 127.0.0.1:7001",
        "ASK 1 10.0.0.1:7001, ASK, 10.0.0.1:7001",
        "TRYAGAIN later, TRYAGAIN, 127.0.0.1:7000"
    })
    void redirections_say_where_to_go(String error, Redirection.Kind kind, String address) {
        assertThat(Redirection.in(List.of(new Failure(error)), HERE))
                .contains(new Redirection(kind, HostPort.parse(address)));
    }

    @Test
    void a_transaction_is_redirected_by_any_of_its_commands_unless_it_was_executed() {
        RespValue moved = new Failure("MOVED 1 10.0.0.1:7001");
        assertThat(Redirection.in(List.of(new Simple("OK"), moved, new Failure("EXECABORT")), HERE))
                .isPresent();
        assertThat(Redirection.in(List.of(new Simple("OK"), moved, new Int(1)), HERE))
                .isEmpty();
    }

    @Test
    void only_errors_that_come_before_anything_is_executed_are_refusals() {
        assertThat(Outcome.ofError("CLUSTERDOWN Hash slot not served")).isInstanceOf(Outcome.Refused.class);
        assertThat(Outcome.ofError("LOADING")).isInstanceOf(Outcome.Refused.class);
        assertThat(Outcome.ofError("ERR connection to node was lost")).isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void the_outcome_of_a_command_whose_connection_is_lost_is_unknown() {
        List<String> answers = List.of("-ERR This instance has cluster support disabled\r\n", RespServer.HANG_UP);
        AtomicInteger commands = new AtomicInteger();
        try (RespServer server = new RespServer(command -> answers.get(commands.getAndIncrement()))) {
            ClientSettings settings =
                    new ClientSettings(List.of(HostPort.parse(server.address())), null, Duration.ofSeconds(20), true);
            Topology topology = Topology.discover(settings);
            try (ClusterClient client = new ClusterClient(settings, topology, Observer.NONE, 0)) {
                assertThat(client.call("k", Command.of("INCR", "k"))).isInstanceOf(Outcome.Unknown.class);
            }
        }
    }
}
