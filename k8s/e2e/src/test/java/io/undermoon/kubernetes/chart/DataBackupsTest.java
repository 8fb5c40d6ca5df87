package io.undermoon.kubernetes.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.undermoon.kubernetes.controlplane.Helm;
import io.undermoon.kubernetes.system.Checkout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schedules of backups in the chart, as helm makes objects of them. */
@EnabledIf("io.undermoon.kubernetes.system.Checkout#hasPrograms")
class DataBackupsTest {
    private static final String TO_S3 = """
            dataBackups:
              spoolSize: 20Gi
              schedules:
                - name: shop
                  cluster: Shop_1
                  schedule: "0 */6 * * *"
                  timeZone: Etc/UTC
                  keep: 28
                  store: s3://bucket/prefix
                  s3: {secret: keys, endpoint: "http://minio:9000", region: eu-1}
            """;
    private static final String CONTINUOUS = """
            dataBackups:
              caSecret: authority
              brokerSecret: viewer
              nodes: {user: backups, secret: nodes, tls: true}
              serviceAccount: {annotations: {role: writer}}
              schedules:
                - name: all
                  cluster: shop
                  continuous: true
                  points: 30s
                  every: 12h
                  claim: volume
                  arguments: [--hold=100]
            """;

    @TempDir
    private Path directory;

    @Test
    void a_schedule_is_a_cron_job_that_runs_one_at_a_time() throws IOException {
        List<JsonNode> objects = rendered(TO_S3);
        JsonNode job = only(objects, "CronJob").path("spec");
        JsonNode pod = job.at("/jobTemplate/spec/template/spec");

        assertThat(job.path("schedule").asText()).isEqualTo("0 */6 * * *");
        assertThat(job.path("timeZone").asText()).isEqualTo("Etc/UTC");
        assertThat(job.path("concurrencyPolicy").asText()).isEqualTo("Forbid");
        assertThat(pod.path("restartPolicy").asText()).isEqualTo("Never");
        assertThat(arguments(pod))
                .containsExactly(
                        "data",
                        "backup",
                        "Shop_1",
                        "--broker=undermoon-broker-0.undermoon-brokers:7799,undermoon-broker-1.undermoon-brokers:7799",
                        "--token-file=/etc/undermoon/access/token",
                        "--node-password-file=/etc/undermoon/access/node-password",
                        "--store=s3://bucket/prefix",
                        "--s3-endpoint=http://minio:9000",
                        "--s3-region=eu-1",
                        "--keep=28");
        assertThat(pod.at("/containers/0/image").asText()).startsWith("undermoon/cli:");
        assertThat(pod.at("/containers/0/envFrom/0/secretRef/name").asText()).isEqualTo("keys");
        assertThat(files(pod)).containsExactly("undermoon-broker-access token", "undermoon-proxy redis-password");
        assertThat(volume(pod, "spool").at("/emptyDir/sizeLimit").asText()).isEqualTo("20Gi");
        assertThat(mount(pod, "spool")).isEqualTo("/tmp");
    }

    @Test
    void a_continuous_one_is_a_single_pod_that_may_take_its_time_to_end() throws IOException {
        List<JsonNode> objects = rendered(CONTINUOUS);
        JsonNode deployment =
                only(objects, "Deployment", "undermoon-backup-all").path("spec");
        JsonNode pod = deployment.at("/template/spec");

        assertThat(deployment.path("replicas").asInt()).isEqualTo(1);
        assertThat(deployment.at("/strategy/type").asText()).isEqualTo("Recreate");
        assertThat(pod.path("terminationGracePeriodSeconds").asInt()).isGreaterThan(30);
        assertThat(arguments(pod))
                .contains(
                        "--broker=https://undermoon-broker-0.undermoon-brokers:7799,"
                                + "https://undermoon-broker-1.undermoon-brokers:7799",
                        "--ca-file=/etc/undermoon/access/ca.crt",
                        "--node-user=backups",
                        "--node-tls",
                        "--store=/backups",
                        "--continuous",
                        "--points=30s",
                        "--every=12h",
                        "--hold=100");
        assertThat(files(pod)).containsExactly("viewer token", "nodes password", "authority ca.crt");
        assertThat(volume(pod, "backups").at("/persistentVolumeClaim/claimName").asText())
                .isEqualTo("volume");
        assertThat(mount(pod, "backups")).isEqualTo("/backups");
        JsonNode account =
                only(objects, "ServiceAccount", pod.path("serviceAccountName").asText());
        assertThat(account.at("/metadata/annotations/role").asText()).isEqualTo("writer");
    }

    @Test
    void the_pods_are_restricted_and_need_no_writable_root() throws IOException {
        for (JsonNode pod : List.of(
                only(rendered(TO_S3), "CronJob").at("/spec/jobTemplate/spec/template/spec"),
                only(rendered(CONTINUOUS), "Deployment", "undermoon-backup-all").at("/spec/template/spec"))) {
            JsonNode container = pod.at("/containers/0/securityContext");
            assertThat(container.path("readOnlyRootFilesystem").asBoolean()).isTrue();
            assertThat(container.path("allowPrivilegeEscalation").asBoolean(true))
                    .isFalse();
            assertThat(container.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
            assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
            assertThat(pod.at("/securityContext/runAsUser").asInt()).isEqualTo(185);
            assertThat(pod.at("/securityContext/fsGroup").asInt()).isEqualTo(185);
            assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
        }
    }

    @Test
    void they_reach_the_nodes_and_nobody_reaches_them() throws IOException {
        List<JsonNode> objects = rendered(TO_S3);
        JsonNode pod = only(objects, "CronJob").at("/spec/jobTemplate/spec/template");
        JsonNode nodes = only(objects, "NetworkPolicy", "undermoon-proxy").at("/spec/ingress/1");
        assertThat(nodes.at("/ports/0/port").asInt()).isEqualTo(7001);
        assertThat(nodes.path("from"))
                .anySatisfy(from -> assertThat(selects(from, pod)).isTrue());
        JsonNode broker = only(objects, "NetworkPolicy", "undermoon-broker").at("/spec/ingress/0");
        assertThat(broker.path("from"))
                .anySatisfy(from -> assertThat(selects(from, pod)).isTrue());
        JsonNode own = only(objects, "NetworkPolicy", "undermoon-data-backup").path("spec");
        assertThat(selects(own, pod)).isTrue();
        assertThat(own.path("policyTypes").get(0).asText()).isEqualTo("Ingress");
        assertThat(own.has("ingress")).isFalse();

        JsonNode closed =
                only(rendered("{}"), "NetworkPolicy", "undermoon-proxy").at("/spec/ingress/1");
        assertThat(closed.path("from"))
                .noneSatisfy(from -> assertThat(selects(from, pod)).isTrue());
    }

    /** Whether a peer, or a policy, is for the pods of a template. */
    private static boolean selects(JsonNode peer, JsonNode template) {
        JsonNode wanted = peer.at("/podSelector/matchLabels");
        return wanted.properties().stream()
                .allMatch(label ->
                        label.getValue().equals(template.at("/metadata/labels").get(label.getKey())));
    }

    @Test
    void without_schedules_there_is_nothing_of_it() throws IOException {
        assertThat(rendered("{}"))
                .noneSatisfy(object -> assertThat(object.at("/metadata/labels/app.kubernetes.io~1component")
                                .asText())
                        .isEqualTo("data-backup"));
    }

    @Test
    void names_that_kubernetes_would_not_take_are_refused() {
        String entry = "{name: %s, cluster: shop, schedule: '@daily', claim: volume}";
        String same = entry.formatted("a") + ", " + entry.formatted("a");
        String longest = entry.formatted("a".repeat(30));

        assertThatThrownBy(() -> rendered("dataBackups: {schedules: [" + same + "]}"))
                .hasMessageContaining("two with the name \"a\"");
        assertThatThrownBy(() -> rendered(
                        "{fullnameOverride: " + "b".repeat(20) + ", dataBackups: {schedules: [" + longest + "]}}"))
                .hasMessageContaining("is too long");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cluster: a, claim: b, schedule: '@daily' | missing property 'name'",
                "name: A, cluster: a, claim: b, schedule: '@daily' | schedules/0/name",
                "name: a, cluster: -a, claim: b, schedule: '@daily' | schedules/0/cluster",
                "name: a, cluster: a, schedule: '@daily' | missing property 'store'",
                "name: a, cluster: a, claim: b | missing property 'schedule'",
                "name: a, cluster: a, claim: b, schedule: 6h | schedules/0/schedule",
                "name: a, cluster: a, store: /b, schedule: '@daily' | schedules/0/store",
                "name: a, cluster: a, claim: b, store: 's3://b', schedule: '@daily' | subschemas 0, 1 matched",
                "name: a, cluster: a, claim: b, s3: {region: c}, schedule: '@daily' | schedules/0/s3",
                "name: a, cluster: a, claim: b, schedule: '@daily', continuous: true | schedules/0/schedule",
                "name: a, cluster: a, claim: b, schedule: '@daily', every: 1d | schedules/0/every",
                "name: a, cluster: a, claim: b, schedule: '@daily', keep: 0 | schedules/0/keep",
                "name: a, cluster: a, claim: b, schedule: '@daily', kepe: 1 | kepe",
            })
    void wrong_entries_are_refused(String entry, String named) {
        assertThatThrownBy(() -> rendered("dataBackups: {schedules: [{" + entry + "}]}"))
                .hasMessageContaining("values don't meet the specifications")
                .hasMessageContaining(named);
    }

    /** The command line refuses an option that it does not know when a pod starts, which may be in the night. */
    @Test
    void the_command_has_all_options() throws IOException, InterruptedException {
        List<String> options = new ArrayList<>();
        for (JsonNode pod : List.of(
                only(rendered(TO_S3), "CronJob").at("/spec/jobTemplate/spec/template/spec"),
                only(rendered(CONTINUOUS), "Deployment", "undermoon-backup-all").at("/spec/template/spec"))) {
            arguments(pod).stream()
                    .filter(argument -> argument.startsWith("--"))
                    .map(argument -> argument.replaceFirst("=.*", ""))
                    .forEach(options::add);
        }
        Process help = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.undermoon.dev.cli.Undermoon",
                        "data",
                        "backup",
                        "--help")
                .start();
        help.getOutputStream().close();
        String text = new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(help.waitFor()).isZero();
        assertThat(options)
                .hasSizeGreaterThan(10)
                .allSatisfy(option -> assertThat(text).containsPattern(option + "\\b"));
    }

    private static List<String> arguments(JsonNode pod) {
        return StreamSupport.stream(pod.at("/containers/0/args").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** The Secrets and keys of the files with credentials. */
    private static List<String> files(JsonNode pod) {
        return StreamSupport.stream(
                        volume(pod, "access").at("/projected/sources").spliterator(), false)
                .map(source -> source.at("/secret/name").asText() + " "
                        + source.at("/secret/items/0/key").asText())
                .toList();
    }

    private static JsonNode volume(JsonNode pod, String name) {
        return named(pod.path("volumes"), name);
    }

    private static String mount(JsonNode pod, String name) {
        return named(pod.at("/containers/0/volumeMounts"), name)
                .path("mountPath")
                .asText();
    }

    private static JsonNode named(JsonNode list, String name) {
        return StreamSupport.stream(list.spliterator(), false)
                .filter(element -> element.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode only(List<JsonNode> objects, String kind) {
        List<JsonNode> found = objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static JsonNode only(List<JsonNode> objects, String kind, String name) {
        return only(
                objects.stream()
                        .filter(object -> object.at("/metadata/name").asText().equals(name))
                        .toList(),
                kind);
    }

    private List<JsonNode> rendered(String values) throws IOException {
        Path file = Files.writeString(directory.resolve("values.yaml"), values);
        String chart = Checkout.CHART.toString();
        Helm helm = new Helm(Checkout.programs().orElseThrow(), directory, Optional.empty());
        String text = helm.run("template", "undermoon", chart, "--namespace", "test", "--values", file.toString());
        helm.run("lint", "--strict", chart, "--values", file.toString());
        List<JsonNode> objects = new ArrayList<>();
        new YAMLMapper()
                .readerFor(JsonNode.class)
                .<JsonNode>readValues(new YAMLFactory().createParser(text))
                .forEachRemaining(objects::add);
        objects.removeIf(JsonNode::isNull);
        return objects;
    }
}
