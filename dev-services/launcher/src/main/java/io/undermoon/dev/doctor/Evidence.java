package io.undermoon.dev.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.controlplane.InfoFields;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of a system at one time.
 *
 * @param brokers all that were named
 * @param coordinators that were named, by address; the broker knows no addresses of coordinators
 * @param facts what a broker says; absent if none answers
 * @param proxies by address
 * @param nodes Redis nodes by address
 */
public record Evidence(
        List<BrokerView> brokers,
        Map<String, ServiceView> coordinators,
        @Nullable BrokerFacts facts,
        Map<String, ProxyView> proxies,
        Map<String, ServiceView> nodes) {
    public Evidence {
        brokers = List.copyOf(brokers);
        coordinators = sorted(coordinators);
        proxies = sorted(proxies);
        nodes = sorted(nodes);
    }

    private static <T> Map<String, T> sorted(Map<String, T> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }

    /**
     * A broker.
     *
     * @param problem why it does not answer; absent if it does
     * @param notReady what its health says; empty if it is ready
     */
    public record BrokerView(String address, @Nullable String problem, String version, String notReady) {}

    /**
     * A service that speaks RESP.
     *
     * @param problem why it does not answer; absent if it does
     * @param info what it says of itself; nothing if it does not let us ask
     * @param refusal why it does not; empty if it does
     * @param clockMillis how far its clock is ahead of ours, as far as the time of the answer allows to tell
     */
    public record ServiceView(@Nullable String problem, InfoFields info, String refusal, Optional<Clock> clockMillis) {
        boolean answers() {
            return problem == null;
        }
    }

    /** A difference of clocks lies between the two. */
    public record Clock(long leastMillis, long mostMillis) {}

    /**
     * A proxy.
     *
     * @param rows of {@code UMCTL NODES}; empty if it may not be asked
     * @param lease {@code held}, {@code none} or {@code off}; empty if it may not be asked
     */
    public record ProxyView(ServiceView service, List<List<String>> rows, String lease) {
        public ProxyView {
            rows = List.copyOf(rows);
        }
    }

    /**
     * What the HTTP API says.
     *
     * @param replicas by cluster, as {@code GET /clusters/replicas/<name>}
     * @param wantedEpochs by proxy
     * @param failing proxies that wait for a failover
     * @param hostsCannotFail whose loss could not be repaired
     */
    public record BrokerFacts(
            JsonNode metadata,
            JsonNode clusters,
            Map<String, JsonNode> replicas,
            Map<String, Long> wantedEpochs,
            List<String> failing,
            JsonNode coordinators,
            JsonNode drains,
            JsonNode maintenance,
            List<String> hostsCannotFail) {
        public BrokerFacts {
            replicas = sorted(replicas);
            wantedEpochs = sorted(wantedEpochs);
            failing = List.copyOf(failing);
            hostsCannotFail = List.copyOf(hostsCannotFail);
        }

        /** The cluster of a proxy; empty if it is free or not known. */
        Optional<String> clusterOf(String proxy) {
            return Optional.ofNullable(
                    metadata.path("all_proxies").path(proxy).path("cluster").asText(null));
        }
    }
}
