package io.undermoon.broker.storage.kubernetes;

import io.undermoon.broker.storage.FaultyRelay;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import io.undermoon.testsupport.KubeApiServer;
import io.undermoon.tls.TlsContext;
import io.undermoon.tls.TlsException;
import io.undermoon.tls.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/**
 * A namespace of its own in a real API server, where the broker has the service account and the role that {@code
 * k8s/broker.yaml} gives it, and no other right.
 */
public final class RealApiServer implements ApiServer {
    private static final Path MANIFEST = Path.of("..", "k8s", "broker.yaml");
    private static final String ACCOUNT = "undermoon-broker";

    private final KubeApiServer server;
    private final String namespace = "test-" + UUID.randomUUID();
    private final TlsContext tls;
    private final Path tokenFile;

    /** @param directory for the file of the token */
    public RealApiServer(KubeApiServer server, Path directory) {
        this.server = server;
        this.tokenFile = directory.resolve("token-" + namespace);
        try {
            tls = new TlsContext(new TlsFiles(null, null, server.authorities()), true);
            server.createNamespace(namespace);
            for (String object : Files.readString(MANIFEST).split("(?m)^---$", -1)) {
                apply(object.replace("namespace: undermoon", "namespace: " + namespace));
            }
            Files.writeString(tokenFile, newToken());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TlsException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public KubernetesStorage open() {
        return new KubernetesStorage(
                new KubernetesOptions(
                        HostPort.parse(server.address()), "", tokenFile, namespace, NAME, Duration.ofSeconds(10)),
                EMPTY,
                tls);
    }

    @Override
    public FaultyRelay relay() throws IOException {
        String authorization = "Bearer " + Files.readString(tokenFile);
        return new FaultyRelay(HostPort.parse(server.address()), tls, authorization);
    }

    @Override
    public String namespace() {
        return namespace;
    }

    @Override
    public String request(String method, String path, String body) throws IOException {
        return server.request(method, path, body);
    }

    @Override
    public void restart() {
        server.kill();
        server.restart();
    }

    @Override
    public void close() {
        // The server is that of all tests of a class.
    }

    private void apply(String object) throws IOException {
        if (object.contains("kind: ServiceAccount\nmetadata")) {
            create("/api/v1", "serviceaccounts", object);
        } else if (object.contains("kind: Role\nmetadata")) {
            create("/apis/rbac.authorization.k8s.io/v1", "roles", object);
        } else if (object.contains("kind: RoleBinding\nmetadata")) {
            create("/apis/rbac.authorization.k8s.io/v1", "rolebindings", object);
        }
    }

    private void create(String group, String kind, String object) throws IOException {
        server.request("POST", group + "/namespaces/" + namespace + "/" + kind, object);
    }

    private String newToken() throws IOException {
        String answer = server.request(
                "POST",
                "/api/v1/namespaces/" + namespace + "/serviceaccounts/" + ACCOUNT + "/token",
                "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\",\"spec\":{}}");
        return Json.mapper().readTree(answer).path("status").path("token").asText();
    }
}
