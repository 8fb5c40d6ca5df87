package io.undermoon.proxy.backend;

import io.netty.channel.ChannelInboundHandlerAdapter;
import io.undermoon.metadata.HostPort;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to Redis nodes and peer proxies: one shared connection per endpoint and protocol,
 * and connections pinned to single clients. Clients use only the connections of their own loop, so no command crosses a
 * thread.
 *
 * <p>Owned by the loop: everything but {@link #loop} is called on it.
 */
public final class NodeConnections {
    private final ProxyLoop loop;
    private final SharedConnections resp2;
    private final SharedConnections resp3;
    private final SharedConnections keylessInResp2;
    private final SharedConnections keylessInResp3;
    private final SharedConnections staleInResp2;
    private final SharedConnections staleInResp3;

    /** The shared connections for commands of clients. */
    private final List<SharedConnections> ofClients;

    private final PinnedPool pinned;
    private final SharedConnections askingReplicas;
    private final ReplicaAcks acks;
    private final FormerOwners formerOwners;

    /**
     * @param access that of the shared connections: clients' commands, or the proxy's own
     */
    public NodeConnections(ProxyLoop loop, Access access) {
        this.loop = loop;
        this.resp2 = new SharedConnections(loop, access, Protocol.RESP2);
        this.resp3 = new SharedConnections(loop, access, Protocol.RESP3);
        this.keylessInResp2 = new SharedConnections(loop, Access.KEYLESS, Protocol.RESP2);
        this.keylessInResp3 = new SharedConnections(loop, Access.KEYLESS, Protocol.RESP3);
        this.staleInResp2 = new SharedConnections(loop, access, Protocol.RESP2, false);
        this.staleInResp3 = new SharedConnections(loop, access, Protocol.RESP3, false);
        this.ofClients = List.of(resp2, resp3, keylessInResp2, keylessInResp3, staleInResp2, staleInResp3);
        this.pinned = new PinnedPool(loop, resp2);
        this.askingReplicas = new SharedConnections(loop, Access.KEYLESS, Protocol.RESP2);
        this.acks = new ReplicaAcks(loop, askingReplicas);
        this.formerOwners = new FormerOwners(loop);
    }

    /** The loop that owns the connections. */
    public ProxyLoop loop() {
        return loop;
    }

    /** The shared connection to an endpoint in RESP2, created by the first call. */
    public SharedConnection shared(Endpoint endpoint) {
        return resp2.get(endpoint);
    }

    /** The shared connection to an endpoint in a protocol, created by the first call. */
    public SharedConnection shared(Endpoint endpoint, Protocol protocol) {
        return protocol == Protocol.RESP2 ? resp2.get(endpoint) : resp3.get(endpoint);
    }

    /** The connection to an endpoint for scripts that name no keys and can reach none, created by the first call. */
    public SharedConnection keyless(Endpoint endpoint, Protocol protocol) {
        return protocol == Protocol.RESP2 ? keylessInResp2.get(endpoint) : keylessInResp3.get(endpoint);
    }

    /**
     * The connection to a node for commands that only read and may be sent without a lease, created by the first call.
     */
    public SharedConnection stale(Endpoint node, Protocol protocol) {
        return protocol == Protocol.RESP2 ? staleInResp2.get(node) : staleInResp3.get(node);
    }

    /** What holds the replies to writes for replicas. */
    public ReplicaAcks acks() {
        return acks;
    }

    /** All shared connections to an endpoint on which commands may be in flight, retired ones included. */
    public List<SharedConnection> existing(Endpoint endpoint) {
        List<SharedConnection> found = new ArrayList<>();
        ofClients.forEach(connections -> connections.addExisting(endpoint, found));
        return found;
    }

    /**
     * Takes a connection for one client alone; null when too many are taken. The client returns it by
     * {@link PinnedConnection#release}.
     */
    public @Nullable PinnedConnection pin(Endpoint endpoint, Protocol protocol) {
        return pinned.take(endpoint, protocol);
    }

    /**
     * Notes the commands that are now in flight on pinned connections to the endpoint and may still change a key of the
     * slots; the supplier says whether all of them have been answered since.
     */
    public BooleanSupplier settled(Endpoint endpoint, IntPredicate slots) {
        return pinned.settled(endpoint, slots);
    }

    /** Whether clients watch keys of the slots at the endpoint. */
    public boolean areWatched(Endpoint endpoint, IntPredicate slots) {
        return pinned.areWatched(endpoint, slots);
    }

    /**
     * Retires the connections to all other endpoints: each closes once its replies have arrived. Makes connections
     * that clients may need for themselves.
     */
    public void retain(Set<Endpoint> wanted) {
        ofClients.forEach(connections -> connections.retain(wanted));
        askingReplicas.retain(wanted);
        acks.retain(wanted);
        pinned.follow(wanted);
    }

    /**
     * Has commands in flight to peers that hang end, if the routes no longer lead there.
     *
     * @param hasSlots whether a peer has slots
     */
    public void leaveSilentPeers(Predicate<HostPort> hasSlots) {
        List<BackendConnection> all = new ArrayList<>();
        ofClients.forEach(connections -> connections.addAll(all));
        pinned.addAll(all);
        formerOwners.follow(all, hasSlots);
    }

    /** Whether nobody listens at an endpoint: a new connection to it is refused. Other failures do not count. */
    public CompletionStage<Boolean> isRefused(Endpoint endpoint) {
        CompletableFuture<Boolean> refused = new CompletableFuture<>();
        Connector.connect(
                loop,
                endpoint,
                new ChannelInboundHandlerAdapter(),
                channel -> {
                    channel.close();
                    refused.complete(false);
                },
                reason -> refused.complete(reason.contains("Connection refused")));
        return refused;
    }

    /** Ends the connections with commands in flight whose replies may not be passed on, because a lease was over. */
    public void endUnlessAnswering() {
        loop.beginBurst();
        ofClients.forEach(SharedConnections::endUnlessAnswering);
        askingReplicas.endUnlessAnswering();
        pinned.endUnlessAnswering();
    }

    /** Closes all connections at once; commands in flight fail. */
    public void close() {
        ofClients.forEach(SharedConnections::close);
        askingReplicas.close();
        pinned.close();
    }
}
