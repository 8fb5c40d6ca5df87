package io.undermoon.dev.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.client.BoundedHttp;
import io.undermoon.client.HttpReply;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.clusterclient.UnexpectedReplyException;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.controlplane.BrokerAccess;
import io.undermoon.dev.controlplane.InfoFields;
import io.undermoon.dev.controlplane.ServiceQueries;
import io.undermoon.dev.controlplane.ServiceQueries.Answer;
import io.undermoon.dev.doctor.Evidence.BrokerFacts;
import io.undermoon.dev.doctor.Evidence.BrokerView;
import io.undermoon.dev.doctor.Evidence.Clock;
import io.undermoon.dev.doctor.Evidence.ProxyView;
import io.undermoon.dev.doctor.Evidence.ServiceView;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects the evidence: asks the brokers, and at once all coordinators, proxies and nodes. Changes nothing. */
public final class Examination {
    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(3);
    private static final byte[] NO_BODY = new byte[0];
    private static final int UNAVAILABLE = 503;

    /** How long a proxy may take to get new metadata before that is noticed. */
    private static final long SETTLE_MILLIS = 1500;

    private static final List<List<String>> OF_PROXIES = List.of(
            List.of("INFO", "server", "clients", "memory", "stats", "undermoon"),
            List.of("UMCTL", "NODES"),
            List.of("UMCTL", "LEASE"));
    private static final List<List<String>> OF_NODES = List.of(List.of("INFO"));
    private static final List<List<String>> OF_COORDINATORS = List.of(List.of("PING"));

    private final BrokerAccess access;
    private final ServiceQueries proxies;
    private final ServiceQueries nodes;

    /** @param nodes how Redis nodes are asked */
    public Examination(BrokerAccess access, ServiceQueries proxies, ServiceQueries nodes) {
        this.access = access;
        this.proxies = proxies;
        this.nodes = nodes;
    }

    /**
     * Looks at everything.
     *
     * @param coordinators the addresses of their RESP ports, which brokers do not know
     */
    public Evidence look(Collection<HostPort> coordinators) {
        List<BrokerView> brokers = access.brokers().stream().map(this::broker).toList();
        Map<String, ServiceView> seenCoordinators = new LinkedHashMap<>();
        proxies.ask(coordinators, OF_COORDINATORS)
                .forEach((address, answer) -> seenCoordinators.put(address.toString(), view(answer, InfoFields.NONE)));
        BrokerFacts facts;
        try {
            facts = facts(new Broker(access));
        } catch (IOException e) {
            return new Evidence(brokers, seenCoordinators, null, Map.of(), Map.of());
        }
        Map<String, ProxyView> seenProxies = proxies(facts);
        if (isBehind(facts, seenProxies)) {
            pause();
            try {
                facts = facts(new Broker(access));
                seenProxies = proxies(facts);
            } catch (IOException e) {
                // What was seen before remains.
            }
        }
        return new Evidence(brokers, seenCoordinators, facts, seenProxies, nodes(facts));
    }

    private static void pause() {
        try {
            Thread.sleep(SETTLE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Metadata that was changed a moment ago is no finding. */
    private static boolean isBehind(BrokerFacts facts, Map<String, ProxyView> seen) {
        return seen.entrySet().stream().anyMatch(entry -> {
            OptionalLong epoch = entry.getValue().service().info().number("cluster_epoch");
            Long wanted = facts.wantedEpochs().get(entry.getKey());
            return epoch.isPresent() && wanted != null && epoch.getAsLong() != wanted;
        });
    }

    private BrokerView broker(HostPort address) {
        BrokerAccess only = new BrokerAccess(List.of(address), access.tls(), access.token());
        String version;
        try {
            version = new Broker(only).version();
        } catch (IOException e) {
            return new BrokerView(address.toString(), String.valueOf(e.getMessage()), "", "");
        }
        return new BrokerView(address.toString(), null, version, notReady(address));
    }

    private String notReady(HostPort address) {
        try {
            HttpReply reply = new BoundedHttp(HEALTH_TIMEOUT, false, access.tls())
                    .send(address, "GET", "/q/health/ready", NO_BODY, HEALTH_TIMEOUT);
            return reply.status() == UNAVAILABLE ? reasons(reply.text()) : "";
        } catch (IOException e) {
            return "its health cannot be asked: " + e.getMessage();
        }
    }

    private static String reasons(String health) {
        try {
            List<String> reasons = new ArrayList<>();
            for (JsonNode check : Json.mapper().readTree(health).path("checks")) {
                if (!check.path("status").asText().equals("UP")) {
                    reasons.add((check.path("name").asText() + " "
                                    + (check.has("data") ? check.path("data").toString() : ""))
                            .strip());
                }
            }
            return String.join("; ", reasons);
        } catch (IOException e) {
            return "down";
        }
    }

    private static BrokerFacts facts(Broker broker) throws IOException {
        JsonNode clusters = broker.get("/clusters/info").path("clusters");
        Map<String, JsonNode> replicas = new LinkedHashMap<>();
        for (JsonNode cluster : clusters) {
            String name = cluster.path("name").asText();
            replicas.put(name, broker.get("/clusters/replicas/" + name));
        }
        Map<String, Long> epochs = new LinkedHashMap<>();
        broker.get("/proxies/epochs")
                .path("epochs")
                .fields()
                .forEachRemaining(
                        entry -> epochs.put(entry.getKey(), entry.getValue().asLong()));
        return new BrokerFacts(
                broker.get("/metadata"),
                clusters,
                replicas,
                epochs,
                texts(broker.get("/failures").path("addresses")),
                broker.get("/coordinators"),
                broker.get("/hosts/drain").path("hosts"),
                broker.get("/proxies/maintenance").path("maintenance"),
                texts(broker.send("POST", "/resources/failures/check", null).path("hosts_cannot_fail")));
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(item.asText()));
        return texts;
    }

    private Map<String, ProxyView> proxies(BrokerFacts facts) {
        Set<HostPort> addresses = new LinkedHashSet<>();
        facts.metadata()
                .path("all_proxies")
                .forEach(proxy ->
                        addresses.add(HostPort.parse(proxy.path("proxy_address").asText())));
        Map<String, ProxyView> seen = new LinkedHashMap<>();
        proxies.ask(addresses, OF_PROXIES)
                .forEach((address, answer) -> seen.put(
                        address.toString(),
                        new ProxyView(view(answer, info(answer.reply(0))), rows(answer.reply(1)), lease(answer))));
        return seen;
    }

    private Map<String, ServiceView> nodes(BrokerFacts facts) {
        Set<HostPort> addresses = new LinkedHashSet<>();
        facts.metadata()
                .path("all_proxies")
                .forEach(proxy ->
                        proxy.path("node_addresses").forEach(node -> addresses.add(HostPort.parse(node.asText()))));
        Map<String, ServiceView> seen = new LinkedHashMap<>();
        nodes.ask(addresses, OF_NODES)
                .forEach((address, answer) -> seen.put(address.toString(), view(answer, info(answer.reply(0)))));
        return seen;
    }

    private static ServiceView view(Answer answer, InfoFields info) {
        String refusal = answer.reply(0) instanceof RespValue.Failure failure ? failure.text() : "";
        OptionalLong micros = info.number("server_time_usec");
        Optional<Clock> clock = micros.isEmpty()
                ? Optional.empty()
                : Optional.of(new Clock(
                        micros.getAsLong() / 1000 - answer.answeredMillis(),
                        micros.getAsLong() / 1000 - answer.sentMillis() + 1));
        return new ServiceView(answer.problem(), info, refusal, clock);
    }

    private static InfoFields info(@Nullable RespValue reply) {
        return reply instanceof RespValue.Bulk bulk ? InfoFields.parse(bulk.text()) : InfoFields.NONE;
    }

    private static List<List<String>> rows(RespValue reply) {
        try {
            return reply instanceof RespValue.Failure
                    ? List.of()
                    : Reply.items(reply).stream().map(Reply::texts).toList();
        } catch (UnexpectedReplyException e) {
            return List.of();
        }
    }

    private static String lease(Answer answer) {
        return answer.reply(2) instanceof RespValue.Array array
                        && array.items().size() > 3
                        && array.items().get(3) instanceof RespValue.Bulk state
                ? state.text()
                : "";
    }
}
