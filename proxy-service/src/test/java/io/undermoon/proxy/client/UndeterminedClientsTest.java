package io.undermoon.proxy.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.command.CommandTable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UndeterminedClientsTest {
    private static final int MAX = 128;

    private final AccessControl access = new AccessControl(CommandTable.load(), null, List.of());
    private final UndeterminedClients undetermined = new UndeterminedClients();
    private final List<String> events = new ArrayList<>();

    @Test
    void the_oldest_makes_room() {
        Client first = client(0);
        undetermined.add(first);
        for (int i = 1; i < MAX; i++) {
            undetermined.add(client(i));
        }
        assertThat(events).isEmpty();
        undetermined.remove(first);
        undetermined.add(client(MAX));
        assertThat(events).isEmpty();

        undetermined.add(client(MAX + 1));

        assertThat(events).containsExactly("1 refused");
    }

    private Client client(int id) {
        Client client = new Client(id, "remote", "local", access.defaultAccount(), true);
        client.attach(new RecordedConnection(Integer.toString(id), events));
        return client;
    }
}
