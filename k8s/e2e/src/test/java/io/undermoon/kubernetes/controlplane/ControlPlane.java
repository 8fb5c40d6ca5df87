package io.undermoon.kubernetes.controlplane;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.undermoon.testsupport.EtcdServers;
import io.undermoon.testsupport.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A control plane of processes: etcd, kube-apiserver, kube-controller-manager and kube-scheduler, on the address of the
 * nodes. Nodes that do not report are noticed after four seconds, and their pods are to go after two more.
 */
public final class ControlPlane implements AutoCloseable {
    /** The address of the API server inside of pods. */
    public static final String SERVICE_ADDRESS = "10.96.0.1";

    private static final String NODE = "10.244.0.1";
    private static final int PORT = 6443;
    private static final String TOKEN = "admin-token";
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final Path programs;
    private final Path directory;
    private final TestAuthority authority;
    private final TestAuthority.Identity own;
    private final EtcdServers etcd;
    private final Map<String, Process> processes = new HashMap<>();

    /**
     * Starts it, and returns when the API server answers.
     *
     * @param programs the directory of the programs
     * @param directory for data and logs
     */
    public ControlPlane(Path programs, Path directory) throws IOException, GeneralSecurityException {
        this.programs = programs;
        this.directory = Files.createDirectories(directory);
        this.authority = new TestAuthority(directory, "kubernetes");
        this.own = authority.issue(
                "apiserver",
                "RSA",
                "san=ip:" + NODE + ",ip:" + SERVICE_ADDRESS + ",dns:kubernetes.default.svc,dns:kubernetes.default");
        Files.writeString(directory.resolve("tokens.csv"), TOKEN + ",admin,admin,\"system:masters\"\n");
        Files.writeString(kubeconfig(), kubeconfigText());
        this.etcd = EtcdServers.start(directory.resolve("etcd"), 1);
        start("kube-apiserver", apiServer());
        awaitReady();
        start("kube-controller-manager", controllers());
        start("kube-scheduler", scheduler());
    }

    /** The file with which programs reach the API server as the administrator. */
    public Path kubeconfig() {
        return directory.resolve("kubeconfig");
    }

    /** A client that may do everything; close it. */
    public KubernetesClient client() {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("https://" + NODE + ":" + PORT)
                .withCaCertFile(authority.authorities().toString())
                .withOauthToken(TOKEN)
                .withRequestRetryBackoffLimit(0)
                .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    @Override
    public void close() {
        processes.values().forEach(Process::destroyForcibly);
        processes.values().forEach(process -> process.onExit().join());
        etcd.close();
    }

    private List<String> apiServer() {
        return List.of(
                "--etcd-servers=http://" + etcd.address(0),
                "--bind-address=" + NODE,
                "--advertise-address=" + NODE,
                "--secure-port=" + PORT,
                "--cert-dir=" + directory.resolve("certificates"),
                "--tls-cert-file=" + own.certificate(),
                "--tls-private-key-file=" + own.key(),
                "--token-auth-file=" + directory.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--feature-gates=PodTopologyLabelsAdmission=true",
                "--default-not-ready-toleration-seconds=2",
                "--default-unreachable-toleration-seconds=2",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + own.key(),
                "--service-account-signing-key-file=" + own.key(),
                "--service-cluster-ip-range=10.96.0.0/16");
    }

    private List<String> controllers() {
        return List.of(
                "--kubeconfig=" + kubeconfig(),
                "--leader-elect=false",
                "--secure-port=0",
                "--service-account-private-key-file=" + own.key(),
                "--root-ca-file=" + authority.authorities(),
                "--pvclaimbinder-sync-period=1s",
                "--node-monitor-period=1s",
                "--node-monitor-grace-period=4s");
    }

    private List<String> scheduler() {
        return List.of("--kubeconfig=" + kubeconfig(), "--leader-elect=false", "--secure-port=0");
    }

    private String kubeconfigText() {
        return """
                apiVersion: v1
                kind: Config
                clusters: [{name: test, cluster: {server: "https://%s:%d", certificate-authority: "%s"}}]
                users: [{name: admin, user: {token: %s}}]
                contexts: [{name: test, context: {cluster: test, user: admin}}]
                current-context: test
                """.formatted(NODE, PORT, authority.authorities(), TOKEN);
    }

    private void start(String program, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(programs.resolve(program).toString()));
        command.addAll(options);
        processes.put(
                program,
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                directory.resolve(program + ".log").toFile()))
                        .start());
    }

    private void awaitReady() {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        try (KubernetesClient client = client()) {
            while (!isReady(client)) {
                if (System.nanoTime() - end > 0
                        || !processes.get("kube-apiserver").isAlive()) {
                    close();
                    throw new IllegalStateException("kube-apiserver does not start, see its log in " + directory);
                }
            }
        }
    }

    private static boolean isReady(KubernetesClient client) {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
            return "ok".equals(client.raw("/readyz"));
        } catch (KubernetesClientException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
