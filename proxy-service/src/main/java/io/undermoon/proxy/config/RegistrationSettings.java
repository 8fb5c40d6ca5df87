package io.undermoon.proxy.config;

import io.undermoon.client.BrokerToken;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a proxy tells the broker of itself.
 *
 * @param brokers asked one after the other until one answers; none when the proxy does not register
 * @param token of an operator at the brokers
 * @param interval how often the broker is asked whether it still knows the proxy
 * @param replicaAddress where it serves as a replica; {@code self} if nowhere
 * @param host the failure domain
 * @param index the place in ordered mode
 */
public record RegistrationSettings(
        List<HostPort> brokers,
        BrokerToken token,
        Duration interval,
        ProxyAddress self,
        ProxyAddress replicaAddress,
        List<NodeAddress> nodes,
        String host,
        Optional<Integer> index) {
    public RegistrationSettings {
        brokers = List.copyOf(brokers);
        nodes = List.copyOf(nodes);
    }

    static RegistrationSettings of(
            ProxyConfig config, ProxyAddress self, ProxyAddress replicaAddress, List<NodeAddress> nodes) {
        return new RegistrationSettings(
                config.brokerAddress().orElse(List.of()),
                BrokerToken.of(config.brokerToken(), config.brokerTokenFile()),
                config.registrationInterval(),
                self,
                replicaAddress,
                nodes,
                config.host().orElse(self.host()),
                config.index());
    }

    /** Whether there is a broker to register with and something to register. */
    public boolean isWanted() {
        return !brokers.isEmpty() && !nodes.isEmpty();
    }
}
