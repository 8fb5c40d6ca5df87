package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.undermoon.kubernetes.kubelet.Sandbox.Mount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The volumes of one pod, as directories of this machine: emptyDir, secret, configMap, projected, downwardAPI, and
 * claims whose volume is a hostPath. Those with contents of the API server follow it at {@link #refresh}.
 */
final class Volumes {
    private static final Logger LOG = Logger.getLogger(Volumes.class.getName());
    private static final long TOKEN_SECONDS = 3607;

    /** Where contents come from; the paths are below the volume's directory. */
    @FunctionalInterface
    private interface Contents {
        Map<String, byte[]> read();
    }

    private final KubernetesClient client;
    private final DownwardApi downward;
    private final Path directory;
    private final Map<String, Path> directories = new LinkedHashMap<>();
    private final Map<PublishedFiles, Contents> followed = new LinkedHashMap<>();
    private @Nullable String token;

    /** @param directory for what is of this pod alone */
    Volumes(KubernetesClient client, DownwardApi downward, Path directory) {
        this.client = client;
        this.downward = downward;
        this.directory = directory;
    }

    /** @throws MissingException if something that it needs is not there */
    void prepare() throws IOException {
        for (Volume volume : downward.pod().getSpec().getVolumes()) {
            directories.put(volume.getName(), prepare(volume));
        }
    }

    /** Publishes what has changed. What has gone meanwhile stays as it was, as it does with a kubelet. */
    void refresh() throws IOException {
        for (Map.Entry<PublishedFiles, Contents> volume : followed.entrySet()) {
            try {
                volume.getKey().publish(volume.getValue().read());
            } catch (MissingException e) {
                LOG.log(Level.FINE, e, () -> "a volume stays as it was");
            }
        }
    }

    /** Those of a container, outer ones first. */
    List<Mount> mounts(Container container, Map<String, String> environment) throws IOException {
        List<Mount> mounts = new ArrayList<>();
        for (VolumeMount mount : container.getVolumeMounts()) {
            Path source = directories.get(mount.getName());
            String subPath = Optional.ofNullable(mount.getSubPath())
                    .orElseGet(() -> Expansion.expand(
                            Optional.ofNullable(mount.getSubPathExpr()).orElse(""), environment));
            if (!subPath.isEmpty()) {
                source = source.resolve(subPath);
                if (!Files.exists(source)) {
                    Files.createDirectories(source);
                }
            }
            mounts.add(new Mount(source, mount.getMountPath(), Boolean.TRUE.equals(mount.getReadOnly())));
        }
        mounts.sort(Comparator.comparing(mount -> mount.target().length()));
        return mounts;
    }

    private Path prepare(Volume volume) throws IOException {
        Path own = directory.resolve(volume.getName());
        if (volume.getEmptyDir() != null) {
            return Files.createDirectories(own);
        }
        if (volume.getPersistentVolumeClaim() != null) {
            return claimed(volume.getPersistentVolumeClaim().getClaimName());
        }
        if (volume.getSecret() != null) {
            var source = volume.getSecret();
            return follow(own, () -> secret(source.getSecretName(), source.getItems(), source.getOptional()));
        }
        if (volume.getConfigMap() != null) {
            var source = volume.getConfigMap();
            return follow(own, () -> configMap(source.getName(), source.getItems(), source.getOptional()));
        }
        if (volume.getDownwardAPI() != null) {
            return follow(own, () -> downward(volume.getDownwardAPI().getItems()));
        }
        if (volume.getProjected() != null) {
            return follow(own, () -> projected(volume.getProjected().getSources()));
        }
        throw new IllegalArgumentException("no volumes of the kind of " + volume);
    }

    private Path follow(Path own, Contents contents) throws IOException {
        PublishedFiles files = new PublishedFiles(own);
        files.publish(contents.read());
        followed.put(files, contents);
        return files.directory();
    }

    private Path claimed(String name) throws IOException {
        PersistentVolumeClaim claim = client.persistentVolumeClaims()
                .inNamespace(namespace())
                .withName(name)
                .get();
        String volume = claim == null ? null : claim.getSpec().getVolumeName();
        PersistentVolume found = volume == null
                ? null
                : client.persistentVolumes().withName(volume).get();
        if (found == null) {
            throw new MissingException("claim " + name + " has no volume");
        }
        return Files.createDirectories(Path.of(found.getSpec().getHostPath().getPath()));
    }

    private Map<String, byte[]> projected(List<VolumeProjection> sources) {
        Map<String, byte[]> files = new TreeMap<>();
        for (VolumeProjection source : sources) {
            if (source.getServiceAccountToken() != null) {
                files.put(source.getServiceAccountToken().getPath(), token(source.getServiceAccountToken()));
            }
            if (source.getConfigMap() != null) {
                var map = source.getConfigMap();
                files.putAll(configMap(map.getName(), map.getItems(), map.getOptional()));
            }
            if (source.getSecret() != null) {
                var secret = source.getSecret();
                files.putAll(secret(secret.getName(), secret.getItems(), secret.getOptional()));
            }
            if (source.getDownwardAPI() != null) {
                files.putAll(downward(source.getDownwardAPI().getItems()));
            }
        }
        return files;
    }

    /** Once for a pod; it lasts longer than pods do here. */
    private byte[] token(ServiceAccountTokenProjection projection) {
        if (token == null) {
            Pod pod = downward.pod();
            TokenRequest request = new TokenRequestBuilder()
                    .withNewSpec()
                    .withAudiences(projection.getAudience() == null ? List.of() : List.of(projection.getAudience()))
                    .withExpirationSeconds(TOKEN_SECONDS)
                    .withNewBoundObjectRef()
                    .withApiVersion("v1")
                    .withKind("Pod")
                    .withName(pod.getMetadata().getName())
                    .withUid(pod.getMetadata().getUid())
                    .endBoundObjectRef()
                    .endSpec()
                    .build();
            token = client.serviceAccounts()
                    .inNamespace(namespace())
                    .withName(pod.getSpec().getServiceAccountName())
                    .tokenRequest(request)
                    .getStatus()
                    .getToken();
        }
        return token.getBytes(StandardCharsets.UTF_8);
    }

    private Map<String, byte[]> downward(List<DownwardAPIVolumeFile> items) {
        Map<String, byte[]> files = new TreeMap<>();
        for (DownwardAPIVolumeFile item : items) {
            files.put(
                    item.getPath(),
                    downward.field(item.getFieldRef().getFieldPath()).getBytes(StandardCharsets.UTF_8));
        }
        return files;
    }

    private Map<String, byte[]> secret(String name, List<KeyToPath> items, @Nullable Boolean optional) {
        Secret secret = client.secrets().inNamespace(namespace()).withName(name).get();
        Map<String, byte[]> data = new TreeMap<>();
        if (present(secret, optional, "secret " + name)) {
            Optional.ofNullable(secret.getData())
                    .ifPresent(all -> all.forEach(
                            (key, value) -> data.put(key, Base64.getDecoder().decode(value))));
        }
        return chosen(data, items, name);
    }

    private Map<String, byte[]> configMap(String name, List<KeyToPath> items, @Nullable Boolean optional) {
        ConfigMap map =
                client.configMaps().inNamespace(namespace()).withName(name).get();
        Map<String, byte[]> data = new TreeMap<>();
        if (present(map, optional, "config map " + name)) {
            Optional.ofNullable(map.getData())
                    .ifPresent(
                            all -> all.forEach((key, value) -> data.put(key, value.getBytes(StandardCharsets.UTF_8))));
        }
        return chosen(data, items, name);
    }

    private static boolean present(@Nullable Object object, @Nullable Boolean optional, String what) {
        if (object == null && !Boolean.TRUE.equals(optional)) {
            throw new MissingException(what + " is not there");
        }
        return object != null;
    }

    private static Map<String, byte[]> chosen(Map<String, byte[]> data, List<KeyToPath> items, String name) {
        if (items.isEmpty()) {
            return data;
        }
        Map<String, byte[]> chosen = new TreeMap<>();
        for (KeyToPath item : items) {
            byte[] value = data.get(item.getKey());
            if (value == null) {
                throw new MissingException("key " + item.getKey() + " of " + name + " is not there");
            }
            chosen.put(item.getPath(), value);
        }
        return chosen;
    }

    private String namespace() {
        return downward.pod().getMetadata().getNamespace();
    }
}
