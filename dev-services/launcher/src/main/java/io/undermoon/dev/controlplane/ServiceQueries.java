package io.undermoon.dev.controlplane;

import io.undermoon.client.RespClient;
import io.undermoon.client.RespClientException;
import io.undermoon.client.RespConnection;
import io.undermoon.config.Loopback;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.umctl.ProxyLogin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Sends the same commands to many services at once, each on a connection of its own that is closed afterwards. */
public final class ServiceQueries implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final ProxyAccess access;
    private @Nullable RespClient here;
    private @Nullable RespClient elsewhere;

    /** @param access the password is sent to loopback addresses only, unless it came with a user */
    public ServiceQueries(ProxyAccess access) {
        this.access = access;
    }

    /** Made when it is needed: event loops take longer to start than most commands take. */
    private synchronized RespClient client(HostPort address) {
        Optional<String> password = access.user().isPresent() ? Optional.empty() : access.password();
        if (Loopback.isLoopback(address.host())) {
            RespClient known = here == null ? client(password) : here;
            here = known;
            return known;
        }
        RespClient known = elsewhere == null ? client(access.trustsAll() ? password : Optional.empty()) : elsewhere;
        elsewhere = known;
        return known;
    }

    private RespClient client(Optional<String> password) {
        return new RespClient(
                1, TIMEOUT, new ProxyLogin(access.controlSecret(), password, true), access.tls(), Runnable::run);
    }

    /**
     * What a service has said.
     *
     * @param replies as many as commands, errors among them; none if it did not answer
     * @param problem why it did not; absent if it did
     * @param sentMillis when the commands were sent, Unix milliseconds
     * @param answeredMillis when the replies were there
     */
    public record Answer(List<RespValue> replies, @Nullable String problem, long sentMillis, long answeredMillis) {
        public Answer {
            replies = List.copyOf(replies);
        }

        /** The reply to a command; a failure in the place of what did not come. */
        public RespValue reply(int index) {
            return index < replies.size() ? replies.get(index) : new RespValue.Failure(String.valueOf(problem));
        }
    }

    /** Asks all of them and waits for the answers, in the order of the addresses. */
    public Map<HostPort, Answer> ask(Collection<HostPort> addresses, List<List<String>> commands) {
        Map<HostPort, CompletableFuture<Answer>> pending = new LinkedHashMap<>();
        addresses.forEach(address -> pending.computeIfAbsent(address, one -> ask(one, commands)));
        Map<HostPort, Answer> answers = new LinkedHashMap<>();
        pending.forEach((address, answer) -> answers.put(address, answer.join()));
        return answers;
    }

    private CompletableFuture<Answer> ask(HostPort address, List<List<String>> commands) {
        List<List<String>> sent = new ArrayList<>(commands);
        Optional<List<String>> login = login();
        login.ifPresent(command -> sent.add(0, command));
        return client(address)
                .connect(address)
                .thenCompose(connection -> exchange(connection, sent, login.isPresent()))
                .exceptionally(failure -> new Answer(
                        List.of(),
                        String.valueOf(RespClientException.of(failure).getMessage()),
                        0,
                        0));
    }

    /** Who has proven the control secret may do everything, and needs no other login. */
    private Optional<List<String>> login() {
        return access.controlSecret().isEmpty()
                        && access.user().isPresent()
                        && access.password().isPresent()
                ? Optional.of(List.of(
                        "AUTH", access.user().orElseThrow(), access.password().orElseThrow()))
                : Optional.empty();
    }

    private static CompletableFuture<Answer> exchange(
            RespConnection connection, List<List<String>> commands, boolean beginsWithLogin) {
        long sent = System.currentTimeMillis();
        return connection
                .exchange(commands)
                .whenComplete((replies, failure) -> connection.close())
                .thenApply(replies -> new Answer(
                        replies.subList(beginsWithLogin ? 1 : 0, replies.size()),
                        null,
                        sent,
                        System.currentTimeMillis()));
    }

    @Override
    public synchronized void close() {
        if (here != null) {
            here.close();
        }
        if (elsewhere != null) {
            elsewhere.close();
        }
    }
}
