package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the environment variables of containers. Those for Services are not made, but that of the API server. */
final class ContainerEnvironment {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private final KubernetesClient client;
    private final Map<String, String> apiServer;

    /** @param apiServer the variables that say where it is */
    ContainerEnvironment(KubernetesClient client, Map<String, String> apiServer) {
        this.client = client;
        this.apiServer = Map.copyOf(apiServer);
    }

    /**
     * @param image variables of the image
     * @throws MissingException if it refers to something that is not there
     */
    Map<String, String> of(Pod pod, Container container, Map<String, String> image, DownwardApi downward) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", PATH);
        variables.put("HOME", "/");
        variables.put("HOSTNAME", downward.hostname());
        variables.putAll(apiServer);
        variables.putAll(image);
        String namespace = pod.getMetadata().getNamespace();
        for (EnvFromSource source : container.getEnvFrom()) {
            String prefix = Optional.ofNullable(source.getPrefix()).orElse("");
            all(namespace, source).forEach((name, value) -> variables.put(prefix + name, value));
        }
        for (EnvVar variable : container.getEnv()) {
            String value = variable.getValueFrom() == null
                    ? Expansion.expand(Optional.ofNullable(variable.getValue()).orElse(""), variables)
                    : value(namespace, variable.getValueFrom(), downward, container);
            if (value != null) {
                variables.put(variable.getName(), value);
            }
        }
        return variables;
    }

    private @Nullable String value(String namespace, EnvVarSource source, DownwardApi downward, Container container) {
        if (source.getFieldRef() != null) {
            return downward.field(source.getFieldRef().getFieldPath());
        }
        if (source.getResourceFieldRef() != null) {
            return downward.resource(container, source.getResourceFieldRef());
        }
        if (source.getSecretKeyRef() != null) {
            var key = source.getSecretKeyRef();
            String value = secret(namespace, key.getName(), Boolean.TRUE.equals(key.getOptional()))
                    .get(key.getKey());
            return found(value, Boolean.TRUE.equals(key.getOptional()), "key " + key.getKey() + " of " + key.getName());
        }
        var key = source.getConfigMapKeyRef();
        String value = configMap(namespace, key.getName(), Boolean.TRUE.equals(key.getOptional()))
                .get(key.getKey());
        return found(value, Boolean.TRUE.equals(key.getOptional()), "key " + key.getKey() + " of " + key.getName());
    }

    private Map<String, String> all(String namespace, EnvFromSource source) {
        return source.getSecretRef() != null
                ? secret(
                        namespace,
                        source.getSecretRef().getName(),
                        Boolean.TRUE.equals(source.getSecretRef().getOptional()))
                : configMap(
                        namespace,
                        source.getConfigMapRef().getName(),
                        Boolean.TRUE.equals(source.getConfigMapRef().getOptional()));
    }

    private Map<String, String> secret(String namespace, String name, boolean optional) {
        Secret secret = client.secrets().inNamespace(namespace).withName(name).get();
        found(secret, optional, "secret " + name);
        Map<String, String> values = new LinkedHashMap<>();
        Optional.ofNullable(secret)
                .map(Secret::getData)
                .ifPresent(data -> data.forEach((key, value) ->
                        values.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8))));
        return values;
    }

    private Map<String, String> configMap(String namespace, String name, boolean optional) {
        ConfigMap map =
                client.configMaps().inNamespace(namespace).withName(name).get();
        found(map, optional, "config map " + name);
        return Optional.ofNullable(map).map(ConfigMap::getData).orElse(Map.of());
    }

    private static <T> @Nullable T found(@Nullable T value, boolean optional, String what) {
        if (value == null && !optional) {
            throw new MissingException(what + " is not there");
        }
        return value;
    }
}
