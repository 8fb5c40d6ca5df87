package io.undermoon.operator.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.undermoon.operator.api.UndermoonClusterStatus;
import io.undermoon.operator.broker.BrokerClient;
import io.undermoon.operator.broker.BrokerException;
import io.undermoon.operator.broker.BrokerView;
import io.undermoon.operator.kube.Secrets;
import io.undermoon.operator.objects.Access;
import io.undermoon.operator.objects.Names;
import io.undermoon.operator.plan.Planner;
import io.undermoon.operator.plan.Step.Action;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/** Carries out one step, and notes in the status what cannot be observed later. */
final class Actions {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAINTENANCE_SECONDS = 600;
    private static final int HTTP_NOT_FOUND = 404;
    private static final int HTTP_CONFLICT = 409;

    private final KubernetesClient client;
    private final BrokerClient broker;
    private final Names names;
    private final UndermoonClusterStatus status;
    private final long nowMillis;
    private final IntConsumer scale;

    /** @param scale sets the number of proxy pods */
    Actions(
            KubernetesClient client,
            BrokerClient broker,
            Names names,
            UndermoonClusterStatus status,
            long nowMillis,
            IntConsumer scale) {
        this.client = client;
        this.broker = broker;
        this.names = names;
        this.status = status;
        this.nowMillis = nowMillis;
        this.scale = scale;
    }

    /** Returns why the step could not be done now; empty if it was done. */
    Optional<String> run(Action action) {
        try {
            perform(action);
            return Optional.empty();
        } catch (BrokerException e) {
            return Optional.of("the broker says: " + e.getMessage());
        } catch (KubernetesClientException e) {
            return Optional.of("Kubernetes says: " + e.getMessage());
        }
    }

    private void perform(Action action) {
        if (action instanceof Action.Scale to) {
            scale.accept(to.replicas());
        } else if (action instanceof Action.DeletePod pod) {
            delete(pod);
        } else if (action instanceof Action.ResizeVolumes volumes) {
            resize(volumes);
        } else if (action instanceof Action.ReplaceSecrets replace) {
            replace(replace);
        } else if (action instanceof Action.NoteEmpty) {
            status.emptySince = nowMillis;
        } else {
            call(action);
        }
    }

    private void replace(Action.ReplaceSecrets replace) {
        client.secrets().inNamespace(names.namespace()).withName(names.access()).edit(present -> {
            Access next = Access.of(Secrets.values(present)).next(replace.name(), new SecureRandom());
            present.setData(Secrets.encoded(next.values()));
            return present;
        });
    }

    private void call(Action action) {
        String cluster = names.cluster();
        if (action instanceof Action.CreateCluster create) {
            broker.post(
                    "/clusters/meta/" + cluster,
                    "{\"node_number\":" + Planner.nodes(create.chunks()) + ",\"copies\":" + create.copies() + "}");
            status.created = true;
            status.evenChunks = create.chunks();
        } else if (action instanceof Action.Configure configure) {
            broker.patch(
                    "/clusters/config/" + cluster, object(configure.fields()).toString());
            status.configDigest = configure.digest();
        } else if (action instanceof Action.AddChunks add) {
            status.evenChunks = 0;
            broker.put("/clusters/nodes/" + cluster, "{\"cluster_node_number\":" + Planner.nodes(add.total()) + "}");
        } else if (action instanceof Action.MoveSlots moves) {
            move(moves);
        } else if (action instanceof Action.AbortMoves) {
            status.evenChunks = 0;
            broker.delete("/clusters/migrations/" + cluster);
            status.movingTo = 0;
        } else if (action instanceof Action.FreeChunks) {
            broker.delete("/clusters/free_nodes/" + cluster);
            status.emptySince = 0;
        } else if (action instanceof Action.StartDrain drain) {
            drain(drain.host());
        } else if (action instanceof Action.Separate separate) {
            drain(separate.host());
            status.separating = separate.host();
        } else if (action instanceof Action.EndDrain drain) {
            broker.delete("/hosts/drain/" + BrokerClient.segment(drain.host()));
            status.separating = drain.host().equals(status.separating) ? null : status.separating;
        } else if (action instanceof Action.TellLocations tell) {
            broker.put("/proxies/locations", locations(tell.locations()).toString());
        } else if (action instanceof Action.StartMaintenance start) {
            broker.post(
                    "/proxies/maintenance/" + BrokerClient.segment(start.proxy()) + "?seconds=" + MAINTENANCE_SECONDS,
                    "{}");
        } else if (action instanceof Action.EndMaintenance end) {
            broker.delete("/proxies/maintenance/" + BrokerClient.segment(end.proxy()));
        } else if (action instanceof Action.Deregister proxy) {
            broker.delete("/proxies/meta/" + BrokerClient.segment(proxy.proxy()));
        }
    }

    private void drain(String host) {
        broker.post("/hosts/drain/" + BrokerClient.segment(host), "{}");
    }

    private static ObjectNode locations(Map<String, BrokerView.Location> locations) {
        ObjectNode body = JSON.createObjectNode();
        ObjectNode members = body.putObject("locations");
        locations.forEach((proxy, location) -> {
            ObjectNode member = members.putObject(proxy);
            if (!location.zone().isEmpty()) {
                member.put("zone", location.zone());
            }
            if (!location.machine().isEmpty()) {
                member.put("machine", location.machine());
            }
        });
        return body;
    }

    private void move(Action.MoveSlots moves) {
        ObjectNode weights = JSON.createObjectNode();
        moves.weights().forEach(weights::put);
        ObjectNode body = JSON.createObjectNode();
        body.set("weights", weights);
        status.evenChunks = 0;
        status.emptySince = 0;
        JsonNode reply = broker.post("/clusters/migrations/rebalance/" + names.cluster(), body.toString());
        boolean isEven = reply.path("migrations").isEmpty();
        status.evenChunks = isEven ? moves.chunks() : 0;
        status.movingTo = isEven ? 0 : moves.chunks();
    }

    private static ObjectNode object(Map<String, String> fields) {
        ObjectNode object = JSON.createObjectNode();
        fields.forEach(object::put);
        return object;
    }

    /** Deletes this very pod, not the one that has got its name meanwhile. */
    private void delete(Action.DeletePod pod) {
        var present = client.pods().inNamespace(names.namespace()).withName(pod.name());
        var found = present.get();
        if (found != null && found.getMetadata().getUid().equals(pod.uid())) {
            try {
                client.resource(found).lockResourceVersion().delete();
            } catch (KubernetesClientException e) {
                if (e.getCode() != HTTP_NOT_FOUND && e.getCode() != HTTP_CONFLICT) {
                    throw e;
                }
            }
        }
    }

    /** A refusal is noted, so that it is not asked for again until another size is wanted. */
    private void resize(Action.ResizeVolumes volumes) {
        for (String claim : volumes.claims()) {
            try {
                client.persistentVolumeClaims()
                        .inNamespace(names.namespace())
                        .withName(claim)
                        .edit(present -> {
                            present.getSpec().getResources().getRequests().put("storage", new Quantity(volumes.size()));
                            return present;
                        });
            } catch (KubernetesClientException e) {
                status.volumeSizeRefused = volumes.size();
                status.volumeMessage = "volume claim " + claim + " cannot be enlarged: " + e.getMessage();
                return;
            }
        }
        status.volumeSizeRefused = null;
        status.volumeMessage = null;
    }
}
