package io.undermoon.proxy.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.command.CommandTable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientMemoryTest {
    private static final int LIMIT = 1_000_000;

    private final AccessControl access = new AccessControl(CommandTable.load(), null, List.of());
    private final ClientMemory memory = new ClientMemory(() -> LIMIT);
    private final List<String> events = new ArrayList<>();

    @Test
    void beyond_the_limit_whoever_holds_most_is_disconnected() {
        Client small = client("small");
        Client large = client("large");
        memory.hold(small, 300_000);
        memory.hold(large, 600_000);
        assertThat(events).isEmpty();

        memory.hold(small, 500_000);

        assertThat(events).containsExactly("large evicted");
    }

    @Test
    void clients_are_disconnected_in_the_order_of_what_they_hold_and_those_to_be_spared_come_last() {
        for (int kilobytes : new int[] {30, 70, 10, 80, 50, 20, 60, 40}) {
            memory.hold(client(kilobytes + " KB"), kilobytes * 1000L);
        }
        Client spared = client("spared");
        spared.noEvict(true);

        memory.hold(spared, 2 * LIMIT);

        assertThat(events)
                .containsExactly(
                        "80 KB evicted",
                        "70 KB evicted",
                        "60 KB evicted",
                        "50 KB evicted",
                        "40 KB evicted",
                        "30 KB evicted",
                        "20 KB evicted",
                        "10 KB evicted",
                        "spared evicted");
    }

    @Test
    void who_is_to_be_spared_comes_last() {
        Client spared = client("spared");
        spared.noEvict(true);
        Client other = client("other");
        memory.hold(other, 100_000);
        memory.hold(spared, 950_000);
        assertThat(events).containsExactly("other evicted");

        memory.hold(spared, 1_050_000);

        assertThat(events).containsExactly("other evicted", "spared evicted");
    }

    @Test
    void who_waits_goes_on_when_there_is_memory() {
        Client holder = client("holder");
        Client waiting = client("waiting");
        memory.hold(holder, 800_000);
        assertThat(memory.isTight()).isTrue();
        memory.await(waiting);
        memory.refresh();
        assertThat(events).isEmpty();

        memory.hold(holder, 700_000);

        assertThat(memory.isTight()).isFalse();
        assertThat(events).containsExactly("waiting goes on");
    }

    private Client client(String name) {
        Client client = new Client(events.size(), name, "self", access.defaultAccount(), true);
        client.attach(new RecordedConnection(name, events));
        return client;
    }
}
