package io.undermoon.broker.config;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.kubernetes.KubernetesOptions;
import io.undermoon.broker.storage.kubernetes.KubernetesStorage;
import io.undermoon.config.InvalidSettingException;
import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsException;
import io.undermoon.tls.TlsFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the API of Kubernetes is reached: by the settings, or, without {@code kubernetes.server}, as the cluster has
 * provided for its pods, by environment variables and the files of the service account.
 */
final class KubernetesAccess {
    /** Where a pod finds the files of its service account. */
    static final Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    private static final String HOST = "KUBERNETES_SERVICE_HOST";
    private static final String PORT = "KUBERNETES_SERVICE_PORT";
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;
    /** A namespace, and a name that is also the value of a label. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private final BrokerConfig.Kubernetes config;
    private final Map<String, String> environment;
    private final Path serviceAccount;

    /**
     * @param environment of the process
     * @param serviceAccount the directory with the files of the service account, which need not be there
     */
    KubernetesAccess(BrokerConfig.Kubernetes config, Map<String, String> environment, Path serviceAccount) {
        this.config = config;
        this.environment = environment;
        this.serviceAccount = serviceAccount;
    }

    /** @throws InvalidSettingException something is missing, or does not fit together */
    KubernetesStorage open(Metadata empty) {
        URI server = server();
        boolean isEncrypted = server.getScheme().equals("https");
        KubernetesOptions options = new KubernetesOptions(
                new HostPort(host(server), port(server, isEncrypted)),
                server.getRawPath().replaceFirst("/$", ""),
                file(config.tokenFile(), "token"),
                name("kubernetes.namespace", namespace()),
                name("kubernetes.name", config.name()),
                config.timeout());
        if (!isEncrypted) {
            requireNoSecrets(server);
        }
        return new KubernetesStorage(options, empty, isEncrypted ? tls() : null);
    }

    private URI server() {
        String text = config.server().orElseGet(this::serverOfPod);
        try {
            URI server = URI.create(text);
            boolean isUsable = ("https".equals(server.getScheme()) || "http".equals(server.getScheme()))
                    && server.getHost() != null
                    && server.getRawUserInfo() == null
                    && server.getRawQuery() == null
                    && server.getRawFragment() == null;
            if (isUsable) {
                return server;
            }
        } catch (IllegalArgumentException e) {
            throw (InvalidSettingException) noServer(text).initCause(e);
        }
        throw noServer(text);
    }

    private static InvalidSettingException noServer(String text) {
        // Whoever writes a password into it means to keep it a secret.
        return new InvalidSettingException(
                "kubernetes.server",
                text.replaceFirst("//[^/@]*@", "//…@"),
                "expected the URL of the API server, such as https://10.0.0.1:6443");
    }

    private String serverOfPod() {
        String host = environment.get(HOST);
        String port = environment.get(PORT);
        if (host == null || port == null) {
            throw new InvalidSettingException(
                    "kubernetes.server",
                    "(none)",
                    "expected the URL of the API server, as this is no pod: there are no variables " + HOST + " and "
                            + PORT);
        }
        return "https://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static String host(URI server) {
        String host = server.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static int port(URI server, boolean isEncrypted) {
        if (server.getPort() >= 0) {
            return server.getPort();
        }
        return isEncrypted ? HTTPS_PORT : HTTP_PORT;
    }

    private String namespace() {
        if (config.namespace().isPresent()) {
            return config.namespace().get();
        }
        Path file = serviceAccount.resolve("namespace");
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw (InvalidSettingException) new InvalidSettingException(
                            "kubernetes.namespace", "(none)", "expected a namespace, as " + file + " cannot be read")
                    .initCause(e);
        }
    }

    private static String name(String key, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidSettingException(
                    key, name, "expected at most 63 characters a-z, 0-9 and -, with neither first nor last a -");
        }
        return name;
    }

    /** What is not set is the service account's, but only where the server is the pod's own. */
    private @Nullable Path file(Optional<String> setting, String nameOfServiceAccount) {
        return setting.map(Path::of)
                .orElse(config.server().isPresent() ? null : serviceAccount.resolve(nameOfServiceAccount));
    }

    private void requireNoSecrets(URI server) {
        if (config.tokenFile().isPresent()
                || config.certFile().isPresent()
                || config.keyFile().isPresent()
                || config.caCertFile().isPresent()) {
            throw new InvalidSettingException(
                    "kubernetes.server",
                    server,
                    "expected https, as a token or certificates are set; http is for a proxy such as kubectl proxy");
        }
    }

    private TlsContext tls() {
        if (config.certFile().isPresent() != config.keyFile().isPresent()) {
            throw new InvalidSettingException(
                    "kubernetes.cert_file",
                    config.certFile().orElse("(none)"),
                    "expected kubernetes.cert_file and kubernetes.key_file, or neither");
        }
        TlsFiles files = new TlsFiles(
                config.certFile().map(Path::of).orElse(null),
                config.keyFile().map(Path::of).orElse(null),
                file(config.caCertFile(), "ca.crt"));
        try {
            return new TlsContext(files, true);
        } catch (TlsException e) {
            throw new IllegalArgumentException("undermoon.kubernetes: " + e.getMessage(), e);
        }
    }
}
