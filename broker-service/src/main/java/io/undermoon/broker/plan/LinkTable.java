package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import java.util.HashMap;
import java.util.Map;

/**
 * The number of chunks, of all clusters, that each pair of hosts shares. New chunks use pairs with few links, so that
 * many hosts take over the load of a failed one.
 */
final class LinkTable {
    private final Map<Link, Integer> links = new HashMap<>();

    private LinkTable() {}

    static LinkTable of(Metadata state) {
        LinkTable table = new LinkTable();
        state.allChunks()
                .forEach(chunk -> table.add(chunk.hosts().get(0), chunk.hosts().get(1)));
        return table;
    }

    void add(String host, String otherHost) {
        links.merge(Link.between(host, otherHost), 1, Integer::sum);
    }

    int count(String host, String otherHost) {
        return links.getOrDefault(Link.between(host, otherHost), 0);
    }

    /** An unordered pair of hosts. */
    private record Link(String low, String high) {
        static Link between(String a, String b) {
            return a.compareTo(b) <= 0 ? new Link(a, b) : new Link(b, a);
        }
    }
}
