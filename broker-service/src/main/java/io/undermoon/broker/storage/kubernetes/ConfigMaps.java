package io.undermoon.broker.storage.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.broker.storage.RemoteCallException;
import io.undermoon.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The ConfigMaps that the metadata is kept in, and the calls for them.
 *
 * <pre>
 * kind: ConfigMap                                      kind: ConfigMap
 * metadata:                                            metadata:
 *   name: undermoon-metadata                             name: undermoon-metadata-a1b2c3d4e5f60718-5f3c…-12
 *   labels:                                              labels:
 *     app.kubernetes.io/managed-by: undermoon-broker       app.kubernetes.io/managed-by: undermoon-broker
 *     app.kubernetes.io/instance: undermoon-metadata       app.kubernetes.io/instance: undermoon-metadata
 *     app.kubernetes.io/component: index                   app.kubernetes.io/component: piece
 * binaryData:                                          immutable: true
 *   gzip: H4sI…                                        binaryData:
 *                                                        gzip: H4sI…
 * </pre>
 *
 * Thread-safe; callers wait.
 */
final class ConfigMaps {
    private static final String DATA = "binaryData";
    private static final String VALUE = "gzip";
    private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    private static final String INSTANCE = "app.kubernetes.io/instance";
    private static final String COMPONENT = "app.kubernetes.io/component";
    private static final String BROKER = "undermoon-broker";
    private static final String INDEX = "index";
    private static final String PIECE = "piece";

    private final KubernetesClient client;
    private final String collection;
    private final String name;

    /**
     * The index as it is stored.
     *
     * @param object as the server has given it
     * @param value its content
     */
    record StoredIndex(ObjectNode object, byte[] value) {
        /** Of the object; another one after it was deleted and made again. */
        String uid() {
            return object.path("metadata").path("uid").asText();
        }

        /** Of its last write. */
        String resourceVersion() {
            return object.path("metadata").path("resourceVersion").asText();
        }
    }

    ConfigMaps(KubernetesClient client, String namespace, String name) {
        this.client = client;
        this.collection = "/api/v1/namespaces/" + namespace + "/configmaps";
        this.name = name;
    }

    /** The index; absent if there is none. */
    @Nullable
    StoredIndex index() throws RemoteCallException {
        KubernetesClient.Reply reply = client.call("GET", collection + "/" + name, null);
        return reply.isNotFound() ? null : stored(reply);
    }

    /** Creates the index, if there is none. */
    void createIndex(byte[] value) throws RemoteCallException {
        create(configMap(name, INDEX, value));
    }

    /**
     * Replaces the index. Everything else that its object has, such as further labels, stays.
     *
     * @return a success with the new object, or that the index is not the expected one any more
     */
    KubernetesClient.Reply replaceIndex(StoredIndex expected, byte[] value) throws RemoteCallException {
        // The server compares the uid and the resourceVersion with those of the present object.
        ObjectNode object = expected.object().deepCopy();
        object.putObject(DATA).put(VALUE, value);
        return client.call("PUT", collection + "/" + name, object);
    }

    /** Creates a piece, if it is not there. Its name says what it has. */
    void createPiece(String reference, byte[] value) throws RemoteCallException {
        create(configMap(pieceName(reference), PIECE, value).put("immutable", true));
    }

    /** The content of a piece; absent if there is none. */
    byte @Nullable [] piece(String reference) throws RemoteCallException {
        KubernetesClient.Reply reply = client.call("GET", collection + "/" + pieceName(reference), null);
        return reply.isNotFound() ? null : value(reply.body());
    }

    /** Deletes a piece, if it is there. */
    void deletePiece(String reference) throws RemoteCallException {
        client.call("DELETE", collection + "/" + pieceName(reference), null);
    }

    /** The references of all pieces there are, also of those that no index names. */
    Set<String> pieces() throws RemoteCallException {
        String selector = MANAGED_BY + "%3D" + BROKER + "," + INSTANCE + "%3D" + name + "," + COMPONENT + "%3D" + PIECE;
        KubernetesClient.Reply reply = client.call("GET", collection + "?labelSelector=" + selector, null);
        if (reply.isNotFound()) {
            throw noNamespace(reply);
        }
        Set<String> references = new TreeSet<>();
        String prefix = pieceName("");
        for (JsonNode item : reply.body().path("items")) {
            String piece = item.path("metadata").path("name").asText();
            if (piece.startsWith(prefix)) {
                references.add(piece.substring(prefix.length()));
            }
        }
        return references;
    }

    /** The events of the index, one a line. They begin with what there is. */
    InputStream watchIndex() throws IOException {
        // Without a resourceVersion to begin from there is nothing that could be too old.
        return client.watch(collection + "?watch=true&fieldSelector=metadata.name%3D" + name);
    }

    String pieceName(String reference) {
        return name + "-" + reference;
    }

    private void create(ObjectNode object) throws RemoteCallException {
        KubernetesClient.Reply reply = client.call("POST", collection, object);
        if (reply.isNotFound()) {
            throw noNamespace(reply);
        }
    }

    /** The index in the answer to a call that has read or written it. */
    static StoredIndex stored(KubernetesClient.Reply reply) throws RemoteCallException {
        ObjectNode object =
                reply.body() instanceof ObjectNode body ? body : Json.mapper().createObjectNode();
        return new StoredIndex(object, value(object));
    }

    /** Empty if the ConfigMap has none. */
    private static byte[] value(JsonNode object) throws RemoteCallException {
        try {
            byte[] value = object.path(DATA).path(VALUE).binaryValue();
            return value == null ? new byte[0] : value;
        } catch (IOException e) {
            throw new RemoteCallException("the server has answered with " + e.getMessage(), true, false, e);
        }
    }

    private static RemoteCallException noNamespace(KubernetesClient.Reply reply) {
        return new RemoteCallException(reply.message(), true, false, new IOException("status " + reply.status()));
    }

    private ObjectNode configMap(String objectName, String component, byte[] value) {
        ObjectNode object = Json.mapper().createObjectNode();
        object.put("apiVersion", "v1").put("kind", "ConfigMap");
        ObjectNode metadata = object.putObject("metadata").put("name", objectName);
        metadata.putObject("labels").put(MANAGED_BY, BROKER).put(INSTANCE, name).put(COMPONENT, component);
        object.putObject(DATA).put(VALUE, value);
        return object;
    }
}
