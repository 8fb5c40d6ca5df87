package io.undermoon.dev.lifecycle;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.client.BrokerHttpException;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Has a command restart the hosts of a system one after the other while clients work: before it the masters of a host
 * have moved away, and the next host follows when all copies are in sync again. What the command does to a host is its
 * own affair; it is run by {@code sh -c} on this machine.
 */
public final class HostRestarts {
    private static final String READY = "ready";
    private static final int CONFLICT = 409;
    private static final long MIN_ABSENCE_SECONDS = 300;

    private final Broker broker;
    private final Progress progress;
    private final Await await;
    private final Duration timeout;

    /** @param timeout for each wait; the broker waits as long for a host before it takes it for failed */
    public HostRestarts(Broker broker, Progress progress, Duration timeout) {
        this.broker = broker;
        this.progress = progress;
        this.timeout = timeout;
        this.await = new Await(progress, timeout, () -> {});
    }

    /**
     * Restarts hosts.
     *
     * @param command in which <code>{host}</code> and <code>{proxies}</code> stand for the name of the host and the
     *     addresses of its proxies, separated by spaces
     * @param only the hosts to restart; all if empty
     * @throws LaunchException the command fails, or something does not come back
     */
    public void run(String command, List<String> only) {
        Map<String, List<String>> hosts = hosts();
        only.stream().filter(host -> !hosts.containsKey(host)).findFirst().ifPresent(host -> {
            throw new LaunchException(
                    "no proxy is registered on host '" + host + "'; there are " + String.join(", ", hosts.keySet()));
        });
        hosts.forEach((host, proxies) -> {
            if (only.isEmpty() || only.contains(host)) {
                restart(command, host, proxies);
            }
        });
        names().forEach(name -> {
            call(() -> broker.send("PUT", "/clusters/balance/" + name, null));
            progress.step("the masters of cluster " + name + " are evened out");
        });
    }

    private Map<String, List<String>> hosts() {
        Map<String, List<String>> hosts = new TreeMap<>();
        call(() -> broker.get("/metadata"))
                .path("all_proxies")
                .forEach(proxy -> hosts.computeIfAbsent(proxy.path("host").asText(), name -> new ArrayList<>())
                        .add(proxy.path("proxy_address").asText()));
        return hosts;
    }

    private void restart(String command, String host, List<String> proxies) {
        for (String proxy : proxies) {
            await.until(() -> asked(() -> begun(proxy)));
        }
        await.until(() -> asked(() -> {
            List<String> waited = new ArrayList<>();
            for (String proxy : proxies) {
                String state = broker.get(maintenance(proxy)).path("state").asText();
                if (!state.equals(READY)) {
                    waited.add("proxy " + proxy + ", which is " + state);
                }
            }
            return waited;
        }));
        progress.step("host " + host + " has no masters any more");
        run(command.replace("{host}", host).replace("{proxies}", String.join(" ", proxies)));
        await.until(() -> asked(() -> failed(proxies)));
        proxies.forEach(proxy -> call(() -> broker.send("DELETE", maintenance(proxy), null)));
        await.until(() -> asked(this::copiesBehind));
        progress.step("host " + host + " is restarted");
    }

    /** Why the maintenance cannot begin now; nothing if it has. */
    private List<String> begun(String proxy) throws IOException {
        try {
            broker.send(
                    "POST",
                    maintenance(proxy) + "?seconds=" + Math.max(MIN_ABSENCE_SECONDS, timeout.toSeconds()),
                    null);
            return List.of();
        } catch (BrokerHttpException e) {
            if (e.status() == CONFLICT) {
                return List.of(e.text());
            }
            throw e;
        }
    }

    private static String maintenance(String proxy) {
        return "/proxies/maintenance/" + Broker.segment(proxy);
    }

    private List<String> failed(List<String> proxies) throws IOException {
        List<String> waited = new ArrayList<>();
        broker.get("/proxies/failed/addresses").path("addresses").forEach(failed -> {
            if (proxies.contains(failed.asText())) {
                waited.add("proxy " + failed.asText() + " to register");
            }
        });
        return waited;
    }

    private List<String> copiesBehind() throws IOException {
        List<String> behind = new ArrayList<>();
        for (String name : names()) {
            for (JsonNode replica : broker.get("/clusters/replicas/" + name).path("replicas")) {
                boolean maySucceed = !replica.path("spare").asBoolean(false);
                if (maySucceed && !replica.path("in_sync").asBoolean(false)) {
                    behind.add("replica " + replica.path("node_address").asText());
                }
            }
        }
        return behind;
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        call(() -> broker.get("/clusters/names")).path("names").forEach(name -> names.add(name.asText()));
        return names;
    }

    private void run(String command) {
        progress.step("sh -c '" + command + "'");
        try {
            int code =
                    new ProcessBuilder("sh", "-c", command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new LaunchException("the command ended with " + code + ": " + command
                        + "; its host stays under maintenance for some minutes");
            }
        } catch (IOException e) {
            throw new LaunchException("the command cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("interrupted while this ran: " + command, e);
        }
    }

    /** A call of the broker. */
    private interface Call<T> {
        T make() throws IOException;
    }

    /** What a call says is missing; an answer that does not come is asked for again. */
    private static List<String> asked(Call<List<String>> call) {
        try {
            return call.make();
        } catch (IOException e) {
            return List.of("the broker (" + e.getMessage() + ")");
        }
    }

    private static <T> T call(Call<T> call) {
        try {
            return call.make();
        } catch (IOException e) {
            throw new LaunchException("the broker did not do it: " + e.getMessage(), e);
        }
    }
}
