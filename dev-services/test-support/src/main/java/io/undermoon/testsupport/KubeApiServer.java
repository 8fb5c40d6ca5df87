package io.undermoon.testsupport;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A real kube-apiserver over a real etcd, processes on free loopback ports, with RBAC and their data in a directory of
 * the test. The binary is not part of the build: it is looked for in the directory that the environment variable {@code
 * KUBE_API_TEST_DIR} names. {@link #close} kills what runs.
 */
public final class KubeApiServer implements AutoCloseable {
    private static final String ADMIN_TOKEN = "admin-token";

    private static final String NAME = "kube-apiserver";
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final Path directory;
    private final Path authorities;
    private final EtcdServers etcd;
    private final HttpClient http;
    private final int port = FreePort.any();
    private final TestAuthority.Identity own;
    private Process process;

    /**
     * Starts the server, and returns when it answers.
     *
     * @param directory for the data and the logs
     */
    public static KubeApiServer start(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("tokens.csv"), ADMIN_TOKEN + ",admin,admin,\"system:masters\"\n");
            return new KubeApiServer(directory).ready();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private KubeApiServer(Path directory) throws IOException, GeneralSecurityException {
        this.directory = directory;
        TestAuthority authority = new TestAuthority(directory, "kubernetes");
        this.own = authority.issue("apiserver", "RSA", "san=ip:127.0.0.1,dns:localhost");
        this.authorities = authority.authorities();
        this.http = HttpClient.newBuilder().sslContext(trust(authorities)).build();
        this.etcd = EtcdServers.start(directory.resolve("etcd"), 1);
        this.process = run();
    }

    /** Whether there are a kube-apiserver and an etcd; the condition of tests that need them. */
    public static boolean isInstalled() {
        return EtcdServers.isInstalled()
                && Stream.ofNullable(System.getenv("KUBE_API_TEST_DIR"))
                        .anyMatch(binaries -> Path.of(binaries, NAME).toFile().canExecute());
    }

    /** Where the server listens, with TLS. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** What an administrator shows as a bearer token. */
    public String adminToken() {
        return ADMIN_TOKEN;
    }

    /** The file with the authority of its certificate. */
    public Path authorities() {
        return authorities;
    }

    /** The etcd behind the server. */
    public EtcdServers etcd() {
        return etcd;
    }

    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Starts a killed server; returns at once. */
    public void restart() {
        process = run();
    }

    /** Stops the server until {@link #resume}; it keeps its connections. */
    public void pause() {
        signal("STOP");
    }

    public void resume() {
        signal("CONT");
    }

    /**
     * Sends a request as the user who may do everything.
     *
     * @param body JSON or YAML; empty for none
     * @return the body of the answer, a success
     */
    public String request(String method, String path, String body) throws IOException {
        HttpResponse<String> response = send(method, path, body);
        if (response.statusCode() >= 300) {
            throw new IOException(method + " " + path + ": " + response.body());
        }
        return response.body();
    }

    public void createNamespace(String name) throws IOException {
        request("POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"" + name + "\"}}");
    }

    @Override
    public void close() {
        kill();
        etcd.close();
    }

    private static SSLContext trust(Path authorities) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(authorities)) {
            trusted.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private HttpResponse<String> send(String method, String path, String body) throws IOException {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create("https://" + address() + path))
                            .timeout(START_LIMIT)
                            .header("Authorization", "Bearer " + ADMIN_TOKEN)
                            .header("Content-Type", body.startsWith("{") ? "application/json" : "application/yaml")
                            .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private KubeApiServer ready() {
        long start = System.nanoTime();
        while (!isReady()) {
            if (System.nanoTime() - start > START_LIMIT.toNanos() || !process.isAlive()) {
                close();
                throw new IllegalStateException("kube-apiserver does not start, see " + log());
            }
        }
        return this;
    }

    private boolean isReady() {
        try {
            return send("GET", "/readyz", "").statusCode() == 200;
        } catch (IOException e) {
            pauseShortly();
            return false;
        }
    }

    private static void pauseShortly() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private Process run() {
        try {
            return new ProcessBuilder(List.of(
                            Path.of(System.getenv("KUBE_API_TEST_DIR"), NAME).toString(),
                            "--etcd-servers=http://" + etcd.address(0),
                            "--bind-address=127.0.0.1",
                            "--advertise-address=127.0.0.1",
                            "--secure-port=" + port,
                            "--cert-dir=" + directory.resolve("certificates"),
                            "--tls-cert-file=" + own.certificate(),
                            "--tls-private-key-file=" + own.key(),
                            "--token-auth-file=" + directory.resolve("tokens.csv"),
                            "--authorization-mode=RBAC",
                            "--disable-admission-plugins=ServiceAccount",
                            "--service-account-issuer=https://kubernetes.test",
                            "--service-account-key-file=" + own.key(),
                            "--service-account-signing-key-file=" + own.key(),
                            "--service-cluster-ip-range=10.0.0.0/24"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private File log() {
        return directory.resolve("kube-apiserver.log").toFile();
    }

    private void signal(String name) {
        try {
            int exit = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill -" + name + " ended with " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
