package io.undermoon.umctl;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.undermoon.json.Json;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.TaggedSlots;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The compressed form of {@link SetCluster}: padded standard Base64 of gzip of JSON. The JSON may inflate to at most
 * {@value #MAX_JSON_BYTES} bytes; more is refused unread.
 *
 * @param clusterName empty for a free proxy
 */
public record CompressedCluster(
        String clusterName,
        Map<NodeAddress, List<TaggedSlots>> local,
        Map<ProxyAddress, List<TaggedSlots>> peer,
        @Nullable List<ReplicaNode> replica,
        ClusterConfig clusterConfig) {
    static final int MAX_JSON_BYTES = 16 << 20;

    public CompressedCluster {
        requireNonNull(clusterName, "cluster_name");
        requireNonNull(clusterConfig, "cluster_config");
        requireNonNull(local, "local").forEach(CompressedCluster::requireSlots);
        requireNonNull(peer, "peer").forEach(CompressedCluster::requireSlots);
        if (replica != null) {
            replica.forEach(node -> requireNonNull(node, "replica"));
        }
    }

    private static void requireSlots(Object address, List<TaggedSlots> slots) {
        requireNonNull(slots, () -> "slots of " + address)
                .forEach(range -> requireNonNull(range, "slots of an address"));
    }

    static String print(SetCluster message) {
        ClusterName name = message.clusterName();
        CompressedCluster shape = new CompressedCluster(
                name == null ? "" : name.value(),
                message.local(),
                message.peers(),
                message.replicas(),
                message.config());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(Json.mapper().writeValueAsBytes(shape));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    static SetCluster parse(Epoch epoch, boolean force, String blob) {
        CompressedCluster shape = read(blob);
        if (!shape.clusterName.isEmpty() && !ClusterName.isLegal(shape.clusterName)) {
            throw new UmctlSyntaxException(
                    UmctlSyntaxException.Kind.INVALID_CLUSTER_NAME, "cluster name '" + shape.clusterName + "'");
        }
        return new SetCluster(
                epoch,
                force,
                shape.clusterName.isEmpty() ? null : new ClusterName(shape.clusterName),
                shape.local,
                shape.peer,
                shape.replica == null ? List.of() : shape.replica,
                shape.clusterConfig,
                false);
    }

    private static CompressedCluster read(String blob) {
        try (GZIPInputStream gzip =
                new GZIPInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(blob)))) {
            byte[] json = gzip.readNBytes(MAX_JSON_BYTES + 1);
            if (json.length > MAX_JSON_BYTES) {
                throw new UmctlSyntaxException("the metadata inflates to more than " + MAX_JSON_BYTES + " bytes");
            }
            CompressedCluster shape = Json.mapper().readValue(json, CompressedCluster.class);
            if (shape == null) {
                throw new UmctlSyntaxException("the compressed metadata is the JSON null");
            }
            return shape;
        } catch (JsonProcessingException e) {
            throw new UmctlSyntaxException(
                    "the compressed metadata is not the expected JSON: " + e.getOriginalMessage(), e);
        } catch (EOFException e) {
            throw new UmctlSyntaxException("the compressed metadata ends early", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new UmctlSyntaxException("the compressed metadata is not Base64 of gzip: " + e.getMessage(), e);
        }
    }
}
