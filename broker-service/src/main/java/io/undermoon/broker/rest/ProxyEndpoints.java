package io.undermoon.broker.rest;

import io.undermoon.broker.plan.Failover;
import io.undermoon.broker.plan.Proxies;
import io.undermoon.broker.plan.Switchover;
import io.undermoon.broker.rest.Messages.Addresses;
import io.undermoon.broker.rest.Messages.Locations;
import io.undermoon.broker.rest.Messages.ProxyEpochsReply;
import io.undermoon.broker.rest.Messages.ProxyRegistration;
import io.undermoon.broker.rest.Messages.ProxyReply;
import io.undermoon.broker.state.Location;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The resource of proxies. */
@Path("/api/v3/proxies")
@Tag(name = "proxies")
public final class ProxyEndpoints {
    private static final Logger LOG = Logger.getLogger(ProxyEndpoints.class);

    private final MetadataWriter metadata;

    ProxyEndpoints(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    @GET
    @Path("/addresses")
    @Operation(summary = "The addresses of all proxies, failed ones included, sorted")
    public Addresses addresses(
            @QueryParam("offset") @Nullable String offset, @QueryParam("limit") @Nullable String limit) {
        return new Addresses(
                Input.page(List.copyOf(metadata.state().allProxies().keySet()), offset, limit));
    }

    @GET
    @Path("/epochs")
    @Operation(summary = "The epoch each proxy should have, sorted by proxy")
    public ProxyEpochsReply epochs(
            @QueryParam("offset") @Nullable String offset, @QueryParam("limit") @Nullable String limit) {
        SortedMap<ProxyAddress, Epoch> all = metadata.view().proxyEpochs();
        SortedMap<ProxyAddress, Epoch> page = new TreeMap<>();
        Input.page(List.copyOf(all.entrySet()), offset, limit)
                .forEach(entry -> page.put(entry.getKey(), entry.getValue()));
        return new ProxyEpochsReply(page);
    }

    @GET
    @Path("/failed/addresses")
    @Operation(summary = "The addresses of the proxies the broker has given up on")
    public Addresses failedAddresses() {
        return new Addresses(List.copyOf(metadata.state().failedProxies()));
    }

    @GET
    @Path("/locations")
    @Operation(summary = "In which zone and on which machine proxies run, as far as that was told")
    public Locations locations() {
        SortedMap<String, Location> locations = new TreeMap<>();
        metadata.state().allProxies().forEach((address, proxy) -> locations.put(address.toString(), proxy.place()));
        return new Locations(locations);
    }

    @PUT
    @Path("/locations")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Tell where proxies run now, those in clusters included; the others stay as they are")
    public Response locate(@Nullable Locations body) {
        SortedMap<ProxyAddress, Location> locations = new TreeMap<>();
        Input.member("locations", Input.body(body).locations())
                .forEach((address, location) -> locations.put(Input.knownProxyAddress(address), location));
        metadata.change((state, context) -> Proxies.locate(state, locations));
        return Response.ok().build();
    }

    @GET
    @Path("/meta/{address}")
    @Operation(summary = "What a proxy has to know, null if it is not registered")
    public ProxyReply proxy(@PathParam("address") String address) {
        return new ProxyReply(Input.existingProxyAddress(address)
                .flatMap(metadata.view()::proxy)
                .orElse(null));
    }

    @POST
    @Path("/meta")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Register a proxy, for the first time or again")
    public Response register(@Nullable ProxyRegistration body) {
        ProxyRegistration given = Input.body(body);
        ProxyAddress address = Input.proxyAddress(Input.member("proxy_address", given.proxyAddress()));
        List<NodeAddress> nodes = nodes(Input.member("nodes", given.nodes()));
        String host = given.host() == null ? address.host() : given.host();
        ProxyAddress replica = given.replicaAddress() == null ? null : Input.proxyAddress(given.replicaAddress());
        Proxies.NodeMarks marks = Boolean.TRUE.equals(given.marksNodes())
                ? new Proxies.NodeMarks(given.installationId(), given.unusable())
                : null;
        if (marks != null) {
            metadata.identify();
        }
        Proxies.Registration result = metadata.change(
                (state, context) -> Proxies.register(state, address, nodes, host, given.index(), replica, marks));
        if (result == Proxies.Registration.ALREADY_EXISTED) {
            throw new UndermoonException(ErrorCode.ALREADY_EXISTED, "proxy '" + address + "' is registered already");
        }
        return Response.ok().build();
    }

    @DELETE
    @Path("/meta/{address}")
    @Operation(summary = "Remove a proxy that no cluster uses")
    public Response remove(@PathParam("address") String address) {
        ProxyAddress proxy = Input.knownProxyAddress(address);
        metadata.change((state, context) -> Proxies.remove(state, proxy));
        return Response.ok().build();
    }

    @POST
    @Path("/failover/{address}")
    @Operation(summary = "Give up on a proxy; returns its replacement")
    public ProxyReply failOver(
            @PathParam("address") String address, @QueryParam("force") @DefaultValue("false") String force) {
        ProxyAddress proxy = Input.knownProxyAddress(address);
        boolean forced = Input.flag("force", force);
        Failover.Result result = metadata.change((state, context) -> Failover.failOver(state, context, proxy, forced));
        if (result instanceof Failover.Result.NotPossible notPossible) {
            throw new UndermoonException(ErrorCode.NO_AVAILABLE_RESOURCE, notPossible.reason());
        }
        if (result instanceof Failover.Result.Replaced replaced) {
            LOG.infof(
                    "Proxy replaced: epoch=%s proxy=%s replacement=%s",
                    metadata.state().globalEpoch(), proxy, replaced.replacement());
            return new ProxyReply(metadata.view().proxy(replaced.replacement()).orElse(null));
        }
        return new ProxyReply(null);
    }

    @POST
    @Path("/switchover/{address}")
    @Operation(summary = "Move the masters of a proxy to the other half of its chunk without the loss of a write")
    public Response switchOver(
            @PathParam("address") String address,
            @QueryParam("force") @DefaultValue("false") String force,
            @QueryParam("to") @Nullable String to) {
        ProxyAddress proxy = Input.knownProxyAddress(address);
        boolean forced = Input.flag("force", force);
        ProxyAddress successor = to == null ? null : Input.knownProxyAddress(to);
        metadata.change((state, context) -> Switchover.away(state, context, proxy, successor, forced));
        LOG.infof("Masters moved away: epoch=%s proxy=%s", metadata.state().globalEpoch(), proxy);
        return Response.ok().build();
    }

    private static List<NodeAddress> nodes(List<String> texts) {
        if (texts.size() != ProxyResource.NODES) {
            throw invalidNodes("has " + texts.size() + " addresses, not " + ProxyResource.NODES);
        }
        if (texts.get(0).equals(texts.get(1))) {
            throw invalidNodes("has '" + texts.get(0) + "' twice");
        }
        try {
            return texts.stream().map(NodeAddress::new).toList();
        } catch (IllegalArgumentException e) {
            throw invalidNodes(String.valueOf(e.getMessage()));
        }
    }

    private static UndermoonException invalidNodes(String reason) {
        return new UndermoonException(ErrorCode.INVALID_REQUEST, "field 'nodes': " + reason);
    }
}
