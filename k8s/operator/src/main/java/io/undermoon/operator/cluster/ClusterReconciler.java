package io.undermoon.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.api.UndermoonClusterStatus;
import io.undermoon.operator.api.UndermoonUser;
import io.undermoon.operator.broker.BrokerClient;
import io.undermoon.operator.broker.BrokerView;
import io.undermoon.operator.kube.Brokers;
import io.undermoon.operator.kube.Events;
import io.undermoon.operator.kube.ObjectWrites;
import io.undermoon.operator.kube.OperatorConfig;
import io.undermoon.operator.kube.PodMonitors;
import io.undermoon.operator.kube.Secrets;
import io.undermoon.operator.kube.StatusWrites;
import io.undermoon.operator.kube.Writer;
import io.undermoon.operator.objects.Access;
import io.undermoon.operator.objects.ClusterObjects;
import io.undermoon.operator.objects.Names;
import io.undermoon.operator.objects.UserFile;
import io.undermoon.operator.plan.Observed;
import io.undermoon.operator.plan.Planner;
import io.undermoon.operator.plan.Statuses;
import io.undermoon.operator.plan.Step;
import jakarta.inject.Inject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings clusters step by step to what their specs say: writes the objects, looks, has {@link Planner} decide, does one
 * step, and says so in the status. Called by one thread at a time for each cluster.
 */
@ControllerConfiguration
public final class ClusterReconciler implements Reconciler<UndermoonCluster>, Cleaner<UndermoonCluster> {
    private static final Logger LOG = Logger.getLogger(ClusterReconciler.class);

    /** After that a deletion waits for nothing any more. */
    private static final Duration MAX_CLEANUP = Duration.ofSeconds(60);

    private static final int HTTP_NOT_FOUND = 404;
    private static final int HTTP_CONFLICT = 409;

    private final KubernetesClient client;
    private final OperatorConfig config;
    private final Brokers brokers;
    private final LongSupplier clock;
    private final ObjectWrites objects;
    private final Nodes nodes;
    private final Events events;
    private final SecureRandom random = new SecureRandom();

    @Inject
    public ClusterReconciler(KubernetesClient client, OperatorConfig config) {
        this(client, config, ObjectWrites.serverSideApply(client), Brokers.inPods(client), System::currentTimeMillis);
    }

    /**
     * For tests.
     *
     * @param writer how objects are written
     * @param brokers how brokers are reached
     * @param clock the time in Unix milliseconds
     */
    ClusterReconciler(
            KubernetesClient client, OperatorConfig config, Writer writer, Brokers brokers, LongSupplier clock) {
        this.client = client;
        this.config = config;
        this.brokers = brokers;
        this.clock = clock;
        this.objects = new ObjectWrites(writer, clock, config.objectsInterval());
        this.nodes = new Nodes(client, clock);
        this.events = new Events(client);
    }

    @Override
    public List<EventSource<?, UndermoonCluster>> prepareEventSources(EventSourceContext<UndermoonCluster> context) {
        return List.of(
                source(Pod.class, context),
                source(StatefulSet.class, context),
                source(Deployment.class, context),
                users(context));
    }

    private static <T extends HasMetadata> EventSource<?, UndermoonCluster> source(
            Class<T> type, EventSourceContext<UndermoonCluster> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(type, UndermoonCluster.class)
                        .withLabelSelector(Names.MANAGED_BY_LABEL + "=" + Names.MANAGED_BY)
                        .withSecondaryToPrimaryMapper(ClusterReconciler::byLabel)
                        .build(),
                context);
    }

    private static Set<ResourceID> byLabel(HasMetadata object) {
        String cluster = object.getMetadata().getLabels().get(Names.CLUSTER_LABEL);
        return cluster == null
                ? Set.of()
                : Set.of(new ResourceID(cluster, object.getMetadata().getNamespace()));
    }

    private static EventSource<?, UndermoonCluster> users(EventSourceContext<UndermoonCluster> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(UndermoonUser.class, UndermoonCluster.class)
                        .withSecondaryToPrimaryMapper(user -> Set.of(new ResourceID(
                                user.getSpec().cluster, user.getMetadata().getNamespace())))
                        .build(),
                context);
    }

    @Override
    public UpdateControl<UndermoonCluster> reconcile(UndermoonCluster cluster, Context<UndermoonCluster> context) {
        List<UndermoonUser> users =
                context.getSecondaryResourcesAsStream(UndermoonUser.class).toList();
        Step step = reconcile(cluster, users);
        return UpdateControl.<UndermoonCluster>noUpdate()
                .rescheduleAfter(step.isSteady() ? config.steadyInterval() : config.interval());
    }

    /** One step. */
    Step reconcile(UndermoonCluster cluster, List<UndermoonUser> users) {
        Names names = Names.of(cluster, config.clusterDomain());
        Observer observer = new Observer(client, cluster, names, nodes);
        UndermoonClusterStatus status = cluster.getStatus();
        String statusBefore = Serialization.asJson(status);
        Optional<String> stateBefore = Optional.ofNullable(status.state);
        List<String> degradedBefore = degraded(status);
        List<String> problems = new ArrayList<>();
        List<String> unreachable = new ArrayList<>();
        Optional<String> refused = cluster.getSpec().pause
                ? Optional.empty()
                : ensure(observer, names, cluster, users, problems, unreachable);
        BrokerClient broker = brokers.of(names);
        Observed observed = observer.observe(broker, problems, unreachable, clock.getAsLong());
        observed.broker().flatMap(BrokerView::cluster).ifPresent(seen -> {
            status.created = true;
            label(names, observer, seen);
        });
        Step step = refused.map(Step::refused).orElseGet(() -> Planner.next(observed));
        Actions actions = new Actions(
                client,
                broker,
                names,
                status,
                observed.nowMillis(),
                replicas -> scale(observer, names, cluster, replicas));
        Step done = actions.run(step.action())
                .map(problem -> new Step(step.state(), step.message() + ": " + problem, new Step.Action.Nothing()))
                .orElse(step);
        Statuses.describe(status, observed, done, cluster.getMetadata().getGeneration());
        if (!Serialization.asJson(status).equals(statusBefore)) {
            StatusWrites.write(client, cluster, status);
        }
        report(cluster, done, stateBefore, degradedBefore, degraded(status));
        return done;
    }

    /** Returns why Kubernetes refuses an object; empty if all are as they are to be. */
    private Optional<String> ensure(
            Observer observer,
            Names names,
            UndermoonCluster cluster,
            List<UndermoonUser> users,
            List<String> problems,
            List<String> unreachable) {
        try {
            boolean isChanged = cluster.getStatus().observedGeneration
                            != cluster.getMetadata().getGeneration()
                    || Step.REFUSED.equals(cluster.getStatus().state);
            if (isChanged) {
                objects.forget(names.namespace(), names.cluster());
            }
            ensureAccess(observer, names, cluster);
            ClusterObjects wanted = new ClusterObjects(cluster, names, observer.access());
            problems.addAll(ensureUsers(observer, wanted, names, cluster, users));
            unreachable.addAll(ensureObjects(observer, wanted, names, cluster));
            if (isChanged) {
                removeUnwanted(names, cluster);
            }
            return Optional.empty();
        } catch (KubernetesClientException e) {
            return Optional.of(Optional.ofNullable(e.getMessage()).orElse("status " + e.getCode()));
        }
    }

    private void ensureAccess(Observer observer, Names names, UndermoonCluster cluster) {
        if (observer.access() == Access.NONE) {
            Access access = Access.generated(random, cluster.getSpec().auth.rotation);
            create(secret(new ClusterObjects(cluster, names, access), names.access(), access.values()));
        }
    }

    /** Two operators may make it at the same time: the first one's stays. */
    private void create(Secret secret) {
        try {
            client.resource(secret).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    private static Secret secret(ClusterObjects wanted, String name, Map<String, String> values) {
        return new SecretBuilder()
                .withMetadata(wanted.meta(name))
                .withType("Opaque")
                .withData(Secrets.encoded(values))
                .build();
    }

    /** Returns what is wrong with users. */
    private List<String> ensureUsers(
            Observer observer,
            ClusterObjects wanted,
            Names names,
            UndermoonCluster cluster,
            List<UndermoonUser> users) {
        String before = observer.secret(names.users())
                .map(secret -> Secrets.value(secret, UserFile.KEY))
                .orElse("");
        UserFile file = UserFile.of(cluster.getSpec(), users, observer::secret, before);
        objects.ensure(client, secret(wanted, names.users(), Map.of(UserFile.KEY, file.text())));
        return file.problems().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(problem -> problem.getKey().isEmpty()
                        ? problem.getValue()
                        : "UndermoonUser " + problem.getKey() + ": " + problem.getValue())
                .toList();
    }

    /** Returns which proxies have no address for clients outside, where there are to be such. */
    private List<String> ensureObjects(
            Observer observer, ClusterObjects wanted, Names names, UndermoonCluster cluster) {
        Optional<StatefulSet> proxies = observer.statefulSet(names.proxy());
        int replicas = proxies.map(set -> set.getSpec().getReplicas())
                .orElseGet(() -> ClusterObjects.wantedProxies(cluster.getSpec()));
        UndermoonClusterSpec.External external = cluster.getSpec().external;
        // First, as pods wait for the ConfigMap.
        List<String> unreachable = external == null
                ? List.of()
                : new ExternalAddresses(client, objects, names).ensure(cluster, external, replicas);
        wanted.all(replicas, claims(proxies))
                .forEach(object -> objects.ensure(client, object).ifPresent(observer::saw));
        if (cluster.getSpec().podMonitor) {
            PodMonitors.of(client, wanted.meta(names.cluster()), names)
                    .ifPresent(monitor -> objects.ensure(client, monitor));
        }
        return unreachable;
    }

    /** What the spec has asked for before and does not any more. */
    private void removeUnwanted(Names names, UndermoonCluster cluster) {
        if (!cluster.getSpec().networkPolicy) {
            client.network()
                    .v1()
                    .networkPolicies()
                    .inNamespace(names.namespace())
                    .withLabels(names.labels())
                    .delete();
        }
        if (cluster.getSpec().external == null) {
            new ExternalAddresses(client, objects, names).remove();
        }
        if (!cluster.getSpec().podMonitor && PodMonitors.areKnown(client)) {
            PodMonitors.delete(client, names);
        }
    }

    private static @Nullable List<PersistentVolumeClaim> claims(Optional<StatefulSet> proxies) {
        return proxies.map(set -> set.getSpec().getVolumeClaimTemplates()).orElse(null);
    }

    private void scale(Observer observer, Names names, UndermoonCluster cluster, int replicas) {
        ClusterObjects wanted = new ClusterObjects(cluster, names, observer.access());
        List<HasMetadata> all = wanted.all(replicas, claims(observer.statefulSet(names.proxy())));
        objects.ensure(client, all.get(all.size() - 1)).ifPresent(observer::saw);
    }

    /** Says of each proxy pod whether a chunk has it: the others may be evicted. Of one that changes, the next time. */
    private void label(Names names, Observer observer, BrokerView.Cluster cluster) {
        for (Pod pod : observer.podsOf(Names.Component.PROXY)) {
            String inUse = Boolean.toString(
                    cluster.uses(names.proxyAddress(pod.getMetadata().getName())));
            if (!inUse.equals(pod.getMetadata().getLabels().get(Names.IN_USE_LABEL))) {
                label(pod, inUse);
            }
        }
    }

    private void label(Pod pod, String inUse) {
        try {
            client.resource(pod).edit(present -> {
                present.getMetadata().getLabels().put(Names.IN_USE_LABEL, inUse);
                return present;
            });
        } catch (KubernetesClientException e) {
            if (e.getCode() != HTTP_CONFLICT && e.getCode() != HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    private static List<String> degraded(UndermoonClusterStatus status) {
        return status.conditions.stream()
                .filter(condition -> condition.getType().equals(Statuses.DEGRADED))
                .flatMap(condition -> Stream.of(condition.getStatus(), condition.getReason()))
                .toList();
    }

    private void report(
            UndermoonCluster cluster,
            Step step,
            Optional<String> stateBefore,
            List<String> degradedBefore,
            List<String> degradedNow) {
        if (!stateBefore.equals(Optional.of(step.state()))) {
            LOG.infof(
                    "%s: cluster=%s namespace=%s message=%s",
                    step.state(),
                    cluster.getMetadata().getName(),
                    cluster.getMetadata().getNamespace(),
                    step.message());
            events.normal(cluster, step.state(), step.message());
        }
        if (!degradedBefore.equals(degradedNow) && degradedNow.get(0).equals("True")) {
            String message = cluster.getStatus().conditions.stream()
                    .filter(condition -> condition.getType().equals(Statuses.DEGRADED))
                    .findFirst()
                    .orElseThrow()
                    .getMessage();
            events.warning(cluster, degradedNow.get(1), message);
        }
    }

    /**
     * Objects of the cluster go with it by themselves. The metadata, which brokers have made, goes here, unless it is
     * to stay. It never waits for more than a minute, and for nothing that the cluster would have to do.
     */
    @Override
    public DeleteControl cleanup(UndermoonCluster cluster, Context<UndermoonCluster> context) {
        Names names = Names.of(cluster, config.clusterDomain());
        objects.forget(names.namespace(), names.cluster());
        boolean retains = cluster.getSpec().storage != null && cluster.getSpec().storage.retain;
        if (retains || cleaned(names)) {
            return DeleteControl.defaultDelete();
        }
        Instant since = Instant.parse(cluster.getMetadata().getDeletionTimestamp());
        if (Instant.now().isAfter(since.plus(MAX_CLEANUP))) {
            LOG.warnf(
                    "Metadata is left: cluster=%s namespace=%s configmaps=%s…",
                    names.cluster(), names.namespace(), names.metadata());
            return DeleteControl.defaultDelete();
        }
        return DeleteControl.noFinalizerRemoval().rescheduleAfter(Duration.ofSeconds(1));
    }

    /** Whether no broker is left that could write the metadata again, and the metadata is gone. */
    private boolean cleaned(Names names) {
        try {
            client.apps()
                    .statefulSets()
                    .inNamespace(names.namespace())
                    .withName(names.broker())
                    .delete();
            boolean hasBrokers = !client.pods()
                    .inNamespace(names.namespace())
                    .withLabels(names.selector(Names.Component.BROKER))
                    .list()
                    .getItems()
                    .isEmpty();
            if (hasBrokers) {
                return false;
            }
            client.configMaps()
                    .inNamespace(names.namespace())
                    .withLabel(Names.MANAGED_BY_LABEL, "undermoon-broker")
                    .withLabel("app.kubernetes.io/instance", names.metadata())
                    .delete();
            return true;
        } catch (KubernetesClientException e) {
            LOG.warnf(
                    "Metadata is not deleted yet: cluster=%s namespace=%s reason=%s",
                    names.cluster(), names.namespace(), e.getMessage());
            return false;
        }
    }
}
