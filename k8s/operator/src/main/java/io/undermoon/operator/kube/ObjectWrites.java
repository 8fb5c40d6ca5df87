package io.undermoon.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.undermoon.operator.objects.Digest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Writes objects only when they are not what they are to be, so that clusters in which nothing changes cost no
 * writes: when the wanted one is another than the last time, or somebody has changed or deleted the one there is. What
 * nobody watches is looked at from time to time only. Thread-safe.
 */
public final class ObjectWrites {
    /** Kinds of which an informer tells each change, so that each look is to see it. */
    private static final Set<String> WATCHED = Set.of("StatefulSet", "Deployment");

    /** What was last written, the version that this made, and when it was last seen to be that. */
    private record Written(String digest, String version, long seenMillis) {}

    private final Writer writer;
    private final LongSupplier clock;
    private final long intervalMillis;
    private final Map<String, Written> last = new ConcurrentHashMap<>();

    /**
     * @param clock the time in Unix milliseconds
     * @param interval how often an object is looked at of which nobody tells changes
     */
    public ObjectWrites(Writer writer, LongSupplier clock, Duration interval) {
        this.writer = writer;
        this.clock = clock;
        this.intervalMillis = interval.toMillis();
    }

    /** By server-side apply, with precedence over others. */
    public static Writer serverSideApply(KubernetesClient client) {
        return wanted -> client.resource(wanted)
                .fieldManager("undermoon-operator")
                .forceConflicts()
                .serverSideApply();
    }

    /** Returns the object as it is now; empty if it was not looked at. */
    public Optional<HasMetadata> ensure(KubernetesClient client, HasMetadata wanted) {
        String key = wanted.getKind() + "/" + wanted.getMetadata().getNamespace() + "/"
                + wanted.getMetadata().getName();
        String digest = Digest.of(Serialization.asJson(wanted));
        Optional<Written> known = Optional.ofNullable(last.get(key))
                .filter(written -> written.digest().equals(digest));
        long now = clock.getAsLong();
        boolean isFresh = known.filter(written -> now - written.seenMillis() < intervalMillis)
                .isPresent();
        if (isFresh && !WATCHED.contains(wanted.getKind())) {
            return Optional.empty();
        }
        HasMetadata present = client.resource(wanted).get();
        String version = present == null ? "" : version(present);
        if (known.filter(written -> written.version().equals(version)).isEmpty()) {
            writer.write(wanted);
            present = client.resource(wanted).get();
        }
        if (present != null) {
            last.put(key, new Written(digest, version(present), now));
        }
        return Optional.ofNullable(present);
    }

    /** Has the next look see all objects of a cluster. */
    public void forget(String namespace, String name) {
        last.keySet().removeIf(key -> key.contains("/" + namespace + "/" + name));
    }

    /** The generation, which changes of the status leave as it is; objects without one have the resource version. */
    private static String version(HasMetadata object) {
        Long generation = object.getMetadata().getGeneration();
        return object.getMetadata().getUid() + "/"
                + (generation == null || generation == 0
                        ? object.getMetadata().getResourceVersion()
                        : "generation " + generation);
    }
}
