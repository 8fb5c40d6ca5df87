package io.undermoon.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.undermoon.operator.objects.Digest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes objects only when they are not what they are to be, so that clusters in which nothing changes cost no
 * writes: when the wanted one is another than the last time, or somebody has changed or deleted the one there is.
 * Thread-safe.
 */
public final class ObjectWrites {
    /** What was last written, and the version that this made. */
    private record Written(String digest, String version) {}

    private final Writer writer;
    private final Map<String, Written> last = new ConcurrentHashMap<>();

    public ObjectWrites(Writer writer) {
        this.writer = writer;
    }

    /** By server-side apply, with precedence over others. */
    public static Writer serverSideApply(KubernetesClient client) {
        return wanted -> client.resource(wanted)
                .fieldManager("undermoon-operator")
                .forceConflicts()
                .serverSideApply();
    }

    public void ensure(KubernetesClient client, HasMetadata wanted) {
        String key = wanted.getKind() + "/" + wanted.getMetadata().getNamespace() + "/"
                + wanted.getMetadata().getName();
        String digest = Digest.of(Serialization.asJson(wanted));
        HasMetadata present = client.resource(wanted).get();
        Written written = last.get(key);
        if (present != null && written != null && written.equals(new Written(digest, version(present)))) {
            return;
        }
        writer.write(wanted);
        HasMetadata now = client.resource(wanted).get();
        if (now != null) {
            last.put(key, new Written(digest, version(now)));
        }
    }

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
