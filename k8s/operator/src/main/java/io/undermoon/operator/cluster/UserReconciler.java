package io.undermoon.operator.cluster;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.undermoon.operator.api.ConditionsStatus;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonUser;
import io.undermoon.operator.kube.Conditions;
import io.undermoon.operator.kube.OperatorConfig;
import io.undermoon.operator.kube.Secrets;
import io.undermoon.operator.kube.StatusWrites;
import io.undermoon.operator.objects.Names;
import io.undermoon.operator.objects.UserFile;
import io.undermoon.operator.plan.Statuses;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Says in the status of users whether the file of their cluster has them; the file itself is {@link
 * ClusterReconciler}'s.
 */
@ControllerConfiguration
public final class UserReconciler implements Reconciler<UndermoonUser> {
    private static final Duration SOON = Duration.ofSeconds(2);

    private final KubernetesClient client;
    private final OperatorConfig config;

    @Inject
    public UserReconciler(KubernetesClient client, OperatorConfig config) {
        this.client = client;
        this.config = config;
    }

    @Override
    public UpdateControl<UndermoonUser> reconcile(UndermoonUser user, Context<UndermoonUser> context) {
        return UpdateControl.<UndermoonUser>noUpdate()
                .rescheduleAfter(reconcile(user) ? config.steadyInterval() : SOON);
    }

    /** Returns whether the file has the user as it is to be. */
    boolean reconcile(UndermoonUser user) {
        Names names = new Names(user.getMetadata().getNamespace(), user.getSpec().cluster, config.clusterDomain());
        String problem = problem(user, names);
        ConditionsStatus status = new ConditionsStatus();
        status.observedGeneration = user.getMetadata().getGeneration();
        status.conditions = List.of(Conditions.of(
                Statuses.READY,
                problem.isEmpty() ? "True" : "False",
                problem.isEmpty() ? "Written" : "NotWritten",
                problem.isEmpty() ? "the file of users of the proxies has the user" : problem,
                user.getStatus().conditions,
                Instant.now(),
                user.getMetadata().getGeneration()));
        if (!status.conditions.equals(user.getStatus().conditions)) {
            StatusWrites.write(client, user, status);
        }
        return problem.isEmpty();
    }

    private String problem(UndermoonUser user, Names names) {
        UndermoonCluster cluster = client.resources(UndermoonCluster.class)
                .inNamespace(names.namespace())
                .withName(names.cluster())
                .get();
        if (cluster == null) {
            return "there is no UndermoonCluster '" + names.cluster() + "' in namespace '" + names.namespace() + "'";
        }
        Observer observer = new Observer(client, cluster, names, new Nodes(client, System::currentTimeMillis));
        List<UndermoonUser> all =
                client.resources(UndermoonUser.class).inNamespace(names.namespace()).list().getItems().stream()
                        .filter(other -> other.getSpec().cluster.equals(names.cluster()))
                        .toList();
        String present = file(observer.secret(names.users()));
        UserFile wanted = UserFile.of(cluster.getSpec(), all, observer::secret, present);
        String name = user.getMetadata().getName();
        if (wanted.problems().containsKey(name)) {
            return Objects.requireNonNull(wanted.problems().get(name));
        }
        String line = wanted.lines().get(UserFile.nameOf(user));
        return line != null && present.lines().anyMatch(line::equals) ? "" : "the file of users is about to be written";
    }

    private static String file(Optional<Secret> secret) {
        return secret.map(value -> Secrets.value(value, UserFile.KEY)).orElse("");
    }
}
