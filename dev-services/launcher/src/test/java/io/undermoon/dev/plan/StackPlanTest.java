package io.undermoon.dev.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StackPlanTest {
    private static final Installation INSTALLATION = new Installation(
            Path.of("/checkout"), Path.of("/data"), Path.of("/jdk/bin/java"), Path.of("/bin/redis-server"));

    @Test
    void has_two_redis_nodes_for_each_proxy() {
        assertThat(plan(shape(2, 1, PortLayout.standard())))
                .extracting(ServiceSpec::name)
                .containsExactly(
                        "broker",
                        "coordinator-1",
                        "proxy-1",
                        "proxy-2",
                        "redis-7001",
                        "redis-7002",
                        "redis-7003",
                        "redis-7004");
    }

    @Test
    void no_port_is_wanted_twice_whatever_the_size_and_layout() {
        for (PortLayout layout : List.of(PortLayout.standard(), PortLayout.from(20000))) {
            StackShape largest = shape(PortLayout.MAX_PROXIES, PortLayout.MAX_COORDINATORS, layout);
            List<Integer> ports = ports(plan(largest));

            assertThat(ports).doesNotHaveDuplicates();
        }
    }

    @Test
    void a_block_of_ports_is_not_left() {
        StackShape largest = shape(PortLayout.MAX_PROXIES, PortLayout.MAX_COORDINATORS, PortLayout.from(20000));

        assertThat(ports(plan(largest))).allMatch(port -> port >= 20000 && port < 20000 + PortLayout.BLOCK_SIZE);
    }

    @Test
    void each_proxy_is_a_host_of_its_own_with_its_own_nodes() {
        ServiceSpec second = named("proxy-2", plan(shape(2, 1, PortLayout.standard())));

        assertThat(second.command())
                .contains(
                        "-Dundermoon.address=127.0.0.1:5301",
                        "-Dundermoon.announce_address=127.0.0.1:5301",
                        "-Dundermoon.replica_port=15301",
                        "-Dundermoon.node_addresses=127.0.0.1:7003,127.0.0.1:7004",
                        "-Dundermoon.host=local-2",
                        "-Dundermoon.broker_address=127.0.0.1:7799",
                        "-Dquarkus.http.port=5300")
                .endsWith("-jar", "/checkout/proxy-service/target/quarkus-app/quarkus-run.jar");
    }

    @Test
    void coordinators_report_under_different_names() {
        List<ServiceSpec> plan = plan(shape(2, 2, PortLayout.standard()));

        assertThat(named("coordinator-1", plan).command()).contains("-Dundermoon.reporter_id=coordinator-1");
        assertThat(named("coordinator-2", plan).command())
                .contains("-Dundermoon.reporter_id=coordinator-2", "-Dundermoon.address=127.0.0.1:6701");
    }

    @Test
    void everything_that_is_stored_is_in_the_data_directory() {
        List<ServiceSpec> plan = plan(shape(2, 1, PortLayout.standard()));

        assertThat(named("broker", plan).command()).contains("-Dundermoon.meta_filename=/data/broker/metadata");
        assertThat(named("redis-7003", plan).command())
                .containsSequence("--dir", "/data/redis-7003")
                .containsSequence("--appendonly", "yes")
                .containsSequence("--bind", "127.0.0.1");
    }

    @Test
    void proxies_forward_only_when_asked_to() {
        StackShape forwarding = new StackShape(1, 1, true, PortLayout.standard());

        assertThat(named("proxy-1", plan(forwarding)).command()).contains("-Dundermoon.active_redirection=true");
        assertThat(named("proxy-1", plan(shape(1, 1, PortLayout.standard()))).command())
                .contains("-Dundermoon.active_redirection=false");
    }

    @Test
    void coordinators_start_after_what_they_watch() {
        assertThat(Set.of(ServiceKind.REDIS, ServiceKind.BROKER, ServiceKind.PROXY))
                .allMatch(kind -> kind.stage().compareTo(ServiceKind.COORDINATOR.stage()) < 0);
    }

    private static StackShape shape(int proxies, int coordinators, PortLayout layout) {
        return new StackShape(proxies, coordinators, false, layout);
    }

    private static List<ServiceSpec> plan(StackShape shape) {
        return StackPlan.of(shape, INSTALLATION);
    }

    private static List<Integer> ports(List<ServiceSpec> plan) {
        return plan.stream()
                .flatMap(service -> service.listeners().stream())
                .map(ServiceSpec.Listener::port)
                .toList();
    }

    private static ServiceSpec named(String name, List<ServiceSpec> plan) {
        return plan.stream()
                .filter(service -> service.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
