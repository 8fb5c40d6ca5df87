package io.undermoon.broker.data;

import io.undermoon.client.RespClient;
import io.undermoon.client.RespClientException;
import io.undermoon.client.RespConnection;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.resp.RespValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The connections of one request to proxies of one cluster, all logged in as one user. A proxy that is not known to be
 * one of this system is told no password. Of one thread, which waits; closes its connections at the end.
 */
final class Dialogue implements AutoCloseable {
    /** A command is passed on more often only if the proxies disagree. */
    private static final int MAX_REDIRECTIONS = 3;
    /** How many proxies are tried until one can be connected to. */
    private static final int MAX_ATTEMPTS = 3;

    private final RespClient data;
    private final RespClient control;
    private final Members members;
    private final ClusterLogin login;
    private final BooleanSupplier isLate;
    private final Map<ProxyAddress, RespConnection> open = new HashMap<>();

    /** A reply, an error or not, and the proxy that gave it. */
    record Answer(RespValue reply, ProxyAddress proxy) {}

    /**
     * @param data opens connections that are logged in as nobody
     * @param control opens connections for control commands, to proxies that prove to be of this system
     * @param isLate whether the time of the request is over
     */
    Dialogue(RespClient data, RespClient control, Members members, ClusterLogin login, BooleanSupplier isLate) {
        this.data = data;
        this.control = control;
        this.members = members;
        this.login = login;
        this.isLate = isLate;
    }

    Members members() {
        return members;
    }

    boolean isLate() {
        return isLate.getAsBoolean();
    }

    /**
     * Sends a command to the first of some proxies that can be connected to, and goes where that one says the keys are,
     * within the cluster. A command that was sent is not sent again.
     */
    Answer ask(List<ProxyAddress> candidates, List<byte[]> command) {
        ProxyAddress at = firstReachable(candidates);
        for (int hop = 0; hop <= MAX_REDIRECTIONS; hop++) {
            RespValue reply = exchange(at, List.of(command)).get(0);
            if (!(reply instanceof RespValue.Failure failure) || !failure.text().startsWith("MOVED ")) {
                return new Answer(reply, at);
            }
            at = redirected(at, failure.text());
        }
        throw noReply(at + " and other proxies send on to each other more than " + MAX_REDIRECTIONS + " times");
    }

    /** Sends commands to one proxy. */
    List<RespValue> exchange(ProxyAddress proxy, List<List<byte[]>> commands) {
        RespConnection connection = connected(proxy);
        return await(proxy, () -> connection.exchangeBytes(commands));
    }

    /** Whether a proxy carries out commands for all keys of the cluster, not for those behind it alone. */
    boolean redirects(ProxyAddress proxy) {
        try (RespConnection asked = RespClient.await(control.connect(address(proxy)))) {
            RespValue reply = RespClient.await(asked.exchange(List.of(List.of("CONFIG", "GET", "active_redirection"))))
                    .get(0);
            return reply instanceof RespValue.Array pair
                    && pair.items().size() == 2
                    && pair.items().get(1).equals(new RespValue.Bulk("true"));
        } catch (RespClientException e) {
            throw noReply(proxy + ": " + e.getMessage());
        }
    }

    ProxyAddress firstReachable(List<ProxyAddress> candidates) {
        UndermoonException last = noReply("it has no proxies with masters");
        for (ProxyAddress proxy : candidates.subList(0, Math.min(MAX_ATTEMPTS, candidates.size()))) {
            try {
                connected(proxy);
                return proxy;
            } catch (UndermoonException e) {
                if (e.code() != ErrorCode.NO_REPLY_OF_CLUSTER) {
                    throw e;
                }
                last = e;
            }
        }
        throw last;
    }

    @Override
    public void close() {
        open.values().forEach(RespConnection::close);
    }

    /** Where a proxy sends on to. It may say anything, so only what belongs to the cluster is connected to. */
    private ProxyAddress redirected(ProxyAddress from, String moved) {
        String target = moved.substring(moved.lastIndexOf(' ') + 1);
        return Stream.concat(members.proxies().stream(), members.others().stream())
                .filter(proxy -> proxy.value().equals(target))
                .findFirst()
                .orElseThrow(() -> noReply(from + " sends on to '" + target + "', which is no proxy of cluster "
                        + members.cluster() + "; nothing was sent there"));
    }

    private RespConnection connected(ProxyAddress proxy) {
        RespConnection known = open.get(proxy);
        if (known != null) {
            return known;
        }
        if (login.isGiven()) {
            await(proxy, () -> control.connect(address(proxy))).close();
        }
        RespConnection connection = await(proxy, () -> data.connect(address(proxy)));
        boolean isLoggedIn = false;
        try {
            logIn(proxy, connection);
            isLoggedIn = true;
        } finally {
            if (!isLoggedIn) {
                connection.close();
            }
        }
        open.put(proxy, connection);
        return connection;
    }

    private void logIn(ProxyAddress proxy, RespConnection connection) {
        if (!login.isGiven()) {
            return;
        }
        RespValue reply = await(proxy, () -> connection.exchangeBytes(List.of(login.command())))
                .get(0);
        if (reply instanceof RespValue.Failure failure) {
            throw new UndermoonException(
                    ErrorCode.CLUSTER_USER_REFUSED,
                    proxy + " does not let '" + login.name() + "' in: " + failure.text());
        }
    }

    private <T> T await(ProxyAddress proxy, Supplier<CompletableFuture<T>> step) {
        if (isLate()) {
            throw noReply("the proxies of cluster " + members.cluster() + " take too long");
        }
        try {
            return RespClient.await(step.get());
        } catch (RespClientException e) {
            String limit = e.reason() == RespClientException.Reason.PROTOCOL
                    ? "its reply has more than " + DataAccess.MAX_REPLY_BYTES + " bytes, or is none: "
                    : "";
            throw noReply(proxy + ": " + limit + e.getMessage());
        }
    }

    private static HostPort address(ProxyAddress proxy) {
        return HostPort.parse(proxy.value());
    }

    private static UndermoonException noReply(String why) {
        return new UndermoonException(ErrorCode.NO_REPLY_OF_CLUSTER, why);
    }
}
