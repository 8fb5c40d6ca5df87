package io.undermoon.proxy.backend;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import io.undermoon.umctl.ControlProof;
import io.undermoon.umctl.InstallationCheck;
import io.undermoon.umctl.ProxyLogin;
import io.undermoon.umctl.SetRepl;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The commands of a new connection before its first client command: {@code AUTH} if a password is set, {@code HELLO 3}
 * for RESP3, at a Redis node {@code INFO} for the run to which the connection is, and {@code AUTH} as the user of its
 * {@link Access}. No other command is sent until they are answered. For one channel; owned by its loop.
 *
 * <p>The run is asked for on the connection itself, so the commands that follow reach that run or none. A node that
 * answers {@code INFO} with an error is one whose runs cannot be told apart; while it executes a script it is not, and
 * only the proxy's own commands, such as {@code SCRIPT KILL}, are let in.
 *
 * <p>The {@code AUTH} as the user is sent when all other replies have arrived: Redis 7.4 and Valkey 8.0, for instance,
 * do not answer an {@code AUTH} that fails while another reply is on its way.
 *
 * <p>A node is told a name for the connection, by which its list of clients shows those of proxies. It survives the
 * {@code AUTH} as the user.
 *
 * <p>A node that does not know the user is told it by {@code ACL SETUSER}. One that refuses that, because it is older
 * than Redis 6.2 or does not let the proxy's user do so, is used with the rights of the proxy's user.
 *
 * <p>A peer is logged in to by {@link ControlProof} where there is a control secret, and told the installation of this
 * proxy by {@link InstallationCheck}. It gets {@code UMFORWARD 0 HELLO 3}: it answers for its own nodes and asks no
 * peer in turn.
 */
final class LoginSequence {
    private enum Step {
        CHALLENGE,
        PROOF,
        AUTH,
        INSTALLATION,
        HELLO,
        NAME,
        RUN,
        SET_USER,
        AUTH_AS_USER
    }

    /** Time between two questions about a run that may not serve yet. */
    static final long RUN_PAUSE_MILLIS = 20;

    /** About a second. */
    private static final int MAX_RUN_ASKS = 50;

    private static final Pattern RUN_ID = Pattern.compile("(?m)^run_id:(\\w+)");

    private final BackendSettings.Login login;
    private final Endpoint endpoint;
    private final Access access;
    private final NodeRuns runs;
    private final SetRepl.@Nullable Entry role;
    private final ArrayDeque<Step> due = new ArrayDeque<>(4);
    private final StringBuilder reply = new StringBuilder();
    private final Protocol protocol;

    /** What a peer is told; null for a node, and as long as it is not known. */
    private final @Nullable String installation;

    /** The login to a peer by proof; null for one by password. */
    private final ControlProof.@Nullable Caller caller;

    /** The next set of rules to try. */
    private int variant;

    private @Nullable String setUserError;
    private @Nullable String unrestricted;
    private boolean refusesProtocol;
    private boolean withheld;
    private int runAsksLeft = MAX_RUN_ASKS;

    /**
     * Appends the first commands, if any.
     *
     * @param role of the node when the first of the commands that wait for the login can have been sent
     */
    LoginSequence(
            Endpoint endpoint,
            Protocol protocol,
            Access access,
            BackendSettings settings,
            NodeRuns runs,
            SetRepl.@Nullable Entry role,
            ByteBuf out) {
        boolean isPeer = endpoint.kind() == Endpoint.Kind.PEER;
        this.login = isPeer ? settings.peers() : settings.redis();
        this.endpoint = endpoint;
        this.access = isPeer ? Access.PROXY : access;
        this.runs = isPeer ? NodeRuns.ALL : runs;
        this.role = role;
        this.protocol = protocol;
        this.installation = isPeer ? settings.identity().installation().get() : null;
        String password = login.password();
        this.caller = isPeer && password != null && ProxyLogin.CONTROL_USER.equals(login.user())
                ? new ControlProof.Caller(password, endpoint.toString())
                : null;
        if (caller != null) {
            RespWriter.command(out, caller.challenge());
            due.add(Step.CHALLENGE);
            return;
        }
        if (password != null) {
            String user = login.user();
            RespWriter.command(out, user == null ? List.of("AUTH", password) : List.of("AUTH", user, password));
            due.add(Step.AUTH);
        }
        introduce(out);
        String name = isPeer ? null : settings.identity().connectionName();
        if (name != null) {
            RespWriter.command(out, List.of("CLIENT", "SETNAME", name));
            due.add(Step.NAME);
        }
        if (this.runs != NodeRuns.ALL) {
            askRun(out);
            due.add(Step.RUN);
        }
        if (this.access != Access.PROXY && due.isEmpty()) {
            authAsUser(out);
        }
    }

    /** Appends what follows the proof of who this proxy is. */
    private void introduce(ByteBuf out) {
        if (installation != null) {
            RespWriter.command(out, InstallationCheck.command(installation));
            due.add(Step.INSTALLATION);
        }
        if (protocol == Protocol.RESP3) {
            hello(endpoint, protocol, out);
            due.add(Step.HELLO);
        }
    }

    /** Appends the command that switches an endpoint to a protocol. */
    static void hello(Endpoint endpoint, Protocol protocol, ByteBuf out) {
        String version = protocol == Protocol.RESP3 ? "3" : "2";
        RespWriter.command(
                out,
                endpoint.kind() == Endpoint.Kind.PEER
                        ? List.of("UMFORWARD", "0", "HELLO", version)
                        : List.of("HELLO", version));
    }

    /** Whether a reply is due. */
    boolean isDue() {
        return !due.isEmpty();
    }

    /** Whether the last error reply says that the other side does not speak the protocol. */
    boolean refusesProtocol() {
        return refusesProtocol;
    }

    /**
     * Whether the run of the node may not serve yet: {@link #askRun} is to be called after {@value #RUN_PAUSE_MILLIS}
     * ms, unless the login has ended with an error.
     */
    boolean isWithheld() {
        return withheld;
    }

    /** Appends the question whether the run may serve now. */
    void askRun(ByteBuf out) {
        withheld = false;
        RespWriter.command(out, List.of("INFO", "server"));
    }

    /** Why the connection has the rights of the proxy's user, though others were wanted; null if it has those. */
    @Nullable
    String unrestricted() {
        return unrestricted;
    }

    /**
     * Takes a part of a reply; returns its text at the end of an error reply that ends the login, else null.
     *
     * @param out gets the commands that follow from the reply, if any
     */
    @Nullable
    String take(ByteBuf in, int from, int to, boolean last, ByteBuf out) {
        reply.append(in.toString(from, to - from, StandardCharsets.UTF_8));
        if (!last) {
            return null;
        }
        String text = reply.toString().trim();
        reply.setLength(0);
        Step step = due.remove();
        boolean isError = text.startsWith("-");
        switch (step) {
            case CHALLENGE, PROOF -> {
                return prove(step, text, out);
            }
            case AUTH -> {
                return isError ? text : authenticated(out);
            }
            case INSTALLATION -> {
                return isError && InstallationCheck.isRefusal(text.substring(1)) ? text : null;
            }
            case HELLO -> {
                refusesProtocol = text.startsWith("-NOPROTO") || text.contains("unknown command");
                return isError ? text : authenticated(out);
            }
            case NAME -> {
                // A node that refuses it does not know which clients are those of proxies.
                return authenticated(out);
            }
            case RUN -> {
                return isError ? errorAboutRun(text, out) : runNamed(text, out);
            }
            case SET_USER -> {
                setUserError = isError ? text : null;
                authAsUser(out);
            }
            case AUTH_AS_USER -> {
                return isError ? userRefused(text, out) : null;
            }
        }
        return null;
    }

    private @Nullable String errorAboutRun(String error, ByteBuf out) {
        return error.startsWith("-BUSY") && access != Access.PROXY ? error : authenticated(out);
    }

    private @Nullable String runNamed(String info, ByteBuf out) {
        Matcher run = RUN_ID.matcher(info);
        withheld = run.find() && !runs.mayServe(endpoint, run.group(1));
        if (!Objects.equals(role, runs.role(endpoint))) {
            return "the role of the node has changed";
        }
        if (!withheld) {
            return authenticated(out);
        }
        if (runAsksLeft == 0) {
            return "the node has restarted and its replica may have newer data";
        }
        runAsksLeft--;
        due.add(Step.RUN);
        return null;
    }

    private @Nullable String prove(Step step, String text, ByteBuf out) {
        ControlProof.Caller proving = requireNonNull(caller);
        String word = text.substring(Math.min(1, text.length()));
        Optional<List<String>> proof = step == Step.CHALLENGE ? proving.proof(word) : Optional.empty();
        if (proof.isPresent()) {
            RespWriter.command(out, proof.get());
            due.add(Step.PROOF);
            return null;
        }
        if (step == Step.CHALLENGE || !proving.isProven(word)) {
            return "the peer does not prove that it has the control_secret: " + text;
        }
        introduce(out);
        return null;
    }

    private @Nullable String authenticated(ByteBuf out) {
        if (due.isEmpty() && access != Access.PROXY) {
            authAsUser(out);
        }
        return null;
    }

    /** The node does not let the connection in as the user: it has to be told the user, or has refused that. */
    private @Nullable String userRefused(String error, ByteBuf out) {
        String refusal = setUserError;
        boolean isBusy = error.startsWith("-BUSY") || refusal != null && refusal.startsWith("-BUSY");
        boolean wasSet = variant > 0 && refusal == null;
        if (isBusy || wasSet) {
            return isBusy && refusal != null ? refusal : error;
        }
        boolean knowsRules = refusal == null || refusal.contains("ACL SETUSER modifier");
        if (knowsRules && variant < access.variants()) {
            RespWriter.command(out, access.toSetUser(variant++, login));
            due.add(Step.SET_USER);
        } else {
            unrestricted = refusal;
        }
        return null;
    }

    private void authAsUser(ByteBuf out) {
        RespWriter.command(out, List.of("AUTH", access.user(), access.password(login)));
        due.add(Step.AUTH_AS_USER);
    }
}
