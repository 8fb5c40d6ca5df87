package io.undermoon.proxy.node;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A line of {@code CLIENT LIST}: words of the form {@code key=value}, separated by spaces.
 *
 * @param address of the client, as the node sees it
 * @param name empty if it has none
 * @param user empty on servers older than Redis 6
 * @param command that it sent last, in lower case: {@code get}, from Redis 7 on {@code client|list}; {@link
 *     ForeignClients#NO_COMMAND} if it has sent none
 */
record ListedClient(String address, String name, String user, String command) {
    static List<ListedClient> parse(String list) {
        return list.lines()
                .filter(line -> !line.isBlank())
                .map(ListedClient::parseLine)
                .toList();
    }

    private static ListedClient parseLine(String line) {
        Map<String, String> values = new HashMap<>();
        for (String word : line.split(" ", -1)) {
            int end = word.indexOf('=');
            if (end > 0) {
                values.put(word.substring(0, end), word.substring(end + 1));
            }
        }
        return new ListedClient(
                values.getOrDefault("addr", ""),
                values.getOrDefault("name", ""),
                values.getOrDefault("user", ""),
                values.getOrDefault("cmd", ForeignClients.NO_COMMAND));
    }

    /** Whether a proxy has made the connection: by its name, or by the user that proxies keep for their clients. */
    boolean isOfProxy() {
        return name.startsWith(ForeignClients.NAME_PREFIX) || user.startsWith(ForeignClients.NAME_PREFIX + "-");
    }
}
