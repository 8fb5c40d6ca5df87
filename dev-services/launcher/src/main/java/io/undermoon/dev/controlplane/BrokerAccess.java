package io.undermoon.dev.controlplane;

import io.undermoon.client.BrokerToken;
import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where brokers are, and what is shown to them.
 *
 * @param brokers of one installation, at least one; the next is asked when one does not answer
 * @param tls absent for plain HTTP
 */
public record BrokerAccess(List<HostPort> brokers, @Nullable TlsContext tls, BrokerToken token) {
    public BrokerAccess {
        brokers = List.copyOf(brokers);
        if (brokers.isEmpty()) {
            throw new IllegalArgumentException("there is no broker in the list");
        }
    }

    /**
     * A broker by plain HTTP, with the token of the environment, which the services inherit from the launcher.
     *
     * @param address {@code host:port}
     */
    public static BrokerAccess plain(String address) {
        BrokerToken token = BrokerToken.of(
                ControlConnection.setting("UNDERMOON_BROKER_TOKEN"),
                ControlConnection.setting("UNDERMOON_BROKER_TOKEN_FILE"));
        return new BrokerAccess(List.of(HostPort.parse(address)), null, token);
    }

    /** The addresses for messages. */
    String addresses() {
        return String.join(", ", brokers.stream().map(HostPort::toString).toList());
    }
}
