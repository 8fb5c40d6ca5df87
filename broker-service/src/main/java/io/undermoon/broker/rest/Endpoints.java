package io.undermoon.broker.rest;

import io.undermoon.broker.auth.Role;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The endpoints of the API: who may call each, and how long its body may be. A request that no line describes is
 * refused before any resource sees it, so that an endpoint without a role cannot be called; a test compares the table
 * with the resources.
 */
final class Endpoints {
    /** The longest body of a request, but for those of {@link #METADATA_BYTES}. */
    static final int BODY_BYTES = 1 << 20;
    /** The longest body of a request that brings the whole metadata; 1000 proxies take about 2 MB. */
    static final int METADATA_BYTES = 16 << 20;

    private static final String TABLE = """
            viewer   GET    /version
            viewer   GET    /metadata
            admin    PUT    /metadata
            admin    GET    /backup
            admin    POST   /restore
            viewer   GET    /audit
            viewer   GET    /operations
            viewer   GET    /operations/{id}
            operator DELETE /operations/{id}
            viewer   GET    /config
            admin    PUT    /config
            viewer   GET    /epoch
            operator PUT    /epoch/recovery
            admin    PUT    /epoch/{epoch}
            viewer   GET    /watch
            viewer   GET    /overview
            viewer   GET    /overview/proxies
            viewer   GET    /overview/clusters/{name}
            viewer   GET    /overview/clusters/{name}/history
            viewer   GET    /overview/clusters/{name}/hot_slots
            operator PUT    /overview/clusters/{name}/hot_slots
            operator GET    /overview/clusters/{name}/hot_keys
            operator POST   /preview
            viewer   GET    /proxies/addresses
            viewer   GET    /proxies/epochs
            viewer   GET    /proxies/failed/addresses
            operator POST   /proxies/failover/{address}
            operator POST   /proxies/switchover/{address}
            viewer   GET    /proxies/maintenance
            viewer   GET    /proxies/maintenance/{address}
            operator POST   /proxies/maintenance/{address}
            operator DELETE /proxies/maintenance/{address}
            operator POST   /proxies/meta
            viewer   GET    /proxies/meta/{address}
            operator DELETE /proxies/meta/{address}
            viewer   GET    /proxies/locations
            operator PUT    /proxies/locations
            viewer   GET    /failures
            operator POST   /failures/{address}/{reporter_id}
            operator DELETE /failures/{address}/{reporter_id}
            viewer   GET    /coordinators
            operator PUT    /coordinators/{reporter_id}
            viewer   POST   /resources/failures/check
            viewer   GET    /clusters/names
            viewer   GET    /clusters/proxies
            viewer   GET    /clusters/updates/{name}
            viewer   GET    /clusters/meta/{name}
            operator POST   /clusters/meta/{name}
            operator DELETE /clusters/meta/{name}
            viewer   GET    /clusters/info
            viewer   GET    /clusters/info/{name}
            operator PATCH  /clusters/nodes/{name}
            operator PUT    /clusters/nodes/{name}
            operator DELETE /clusters/free_nodes/{name}
            operator PATCH  /clusters/config/{name}
            operator PUT    /clusters/balance/{name}
            operator POST   /clusters/switchover/{name}
            viewer   GET    /clusters/failing/{name}
            viewer   GET    /clusters/replicas/{name}
            operator PUT    /clusters/replicas
            operator PUT    /clusters/migrations
            operator PUT    /clusters/migrations/progress
            operator DELETE /clusters/migrations/{name}
            operator POST   /clusters/migrations/expand/{name}
            operator POST   /clusters/migrations/shrink/{name}/{node_number}
            operator POST   /clusters/migrations/auto/{name}/{node_number}
            operator POST   /clusters/migrations/reshard/{name}
            operator POST   /clusters/migrations/rebalance/{name}
            operator POST   /clusters/keys/scan/{name}
            operator POST   /clusters/keys/look/{name}
            operator POST   /clusters/keys/delete/{name}
            operator POST   /clusters/keys/expire/{name}
            admin    POST   /clusters/keys/command/{name}
            viewer   GET    /hosts/drain
            viewer   GET    /hosts/drain/{host}
            operator POST   /hosts/drain/{host}
            operator DELETE /hosts/drain/{host}
            """;

    private static final List<Endpoint> ALL = TABLE.lines().map(Endpoint::parse).toList();

    /**
     * One line of the table.
     *
     * @param path without {@code /api/v3}
     */
    record Endpoint(Role role, String method, String path, List<String> segments) {
        private static Endpoint parse(String line) {
            String[] words = line.split(" +");
            return new Endpoint(
                    Role.valueOf(words[0].toUpperCase(Locale.ROOT)), words[1], words[2], Endpoints.segments(words[2]));
        }

        int maxBodyBytes() {
            boolean bringsMetadata = path.equals("/metadata") || path.equals("/restore");
            return bringsMetadata ? METADATA_BYTES : BODY_BYTES;
        }

        /** Whether the path is one of this template; an empty segment is no value of a parameter. */
        private boolean matches(List<String> given) {
            if (given.size() != segments.size()) {
                return false;
            }
            for (int i = 0; i < given.size(); i++) {
                String expected = segments.get(i);
                boolean same = isParameter(expected) ? !given.get(i).isEmpty() : expected.equals(given.get(i));
                if (!same) {
                    return false;
                }
            }
            return true;
        }

        private long parameters() {
            return segments.stream().filter(Endpoint::isParameter).count();
        }

        private static boolean isParameter(String segment) {
            return segment.startsWith("{");
        }
    }

    private Endpoints() {}

    static List<Endpoint> all() {
        return ALL;
    }

    /** The endpoint that a request is for; of several the one with the fewest parameters. */
    static Optional<Endpoint> find(String method, String path) {
        String wanted = method.equals("HEAD") ? "GET" : method;
        return at(path).filter(endpoint -> endpoint.method().equals(wanted))
                .min(Comparator.comparing(Endpoint::parameters));
    }

    /** The methods of a path as in the header {@code Allow}; empty if there is nothing at the path. */
    static String allowed(String path) {
        return at(path).flatMap(endpoint ->
                        endpoint.method().equals("GET") ? Stream.of("GET", "HEAD") : Stream.of(endpoint.method()))
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static Stream<Endpoint> at(String path) {
        List<String> given = segments(path);
        return ALL.stream().filter(endpoint -> endpoint.matches(given));
    }

    /** Of {@code /a//b/}: empty, a, empty, b, empty. */
    private static List<String> segments(String path) {
        return List.of(path.split("/", -1));
    }
}
