package io.undermoon.operator.plan;

import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.api.UndermoonClusterStatus;
import io.undermoon.operator.broker.BrokerView;
import io.undermoon.operator.objects.Access;
import io.undermoon.operator.objects.Names;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a cluster at one moment.
 *
 * @param status as the last reconciliation left it
 * @param replicas the proxy pods that the StatefulSet is to have; empty before it exists
 * @param isTemplateSeen whether the controller of StatefulSets has looked at the present template of the proxy pods;
 *     before, it is not known which pods have an old one
 * @param rollout what brokers and coordinators wait for, until they are as the spec says; empty when they are
 * @param pods the proxy pods that exist
 * @param claims volume claims that are smaller than the spec says
 * @param growing volume claims that are large enough in their spec and not yet in fact
 * @param broker what a broker says; empty while none answers
 * @param brokerProblem why none answers
 * @param problems what is wrong with Secrets and others, in sentences
 * @param unreachable the proxies that clients outside cannot be told an address of, in sentences
 * @param access the secrets of the cluster
 * @param nowMillis the time, in Unix milliseconds
 */
public record Observed(
        UndermoonClusterSpec spec,
        UndermoonClusterStatus status,
        Names names,
        Optional<Integer> replicas,
        boolean isTemplateSeen,
        Optional<String> rollout,
        List<ProxyPod> pods,
        List<String> claims,
        List<GrowingClaim> growing,
        Optional<BrokerView> broker,
        String brokerProblem,
        List<String> problems,
        List<String> unreachable,
        Access access,
        long nowMillis) {
    public Observed {
        pods = List.copyOf(pods);
        claims = List.copyOf(claims);
        growing = List.copyOf(growing);
        problems = List.copyOf(problems);
        unreachable = List.copyOf(unreachable);
    }

    /**
     * A volume claim whose volume is being enlarged.
     *
     * @param progress what is waited for, or what has gone wrong
     * @param hasFailed whether something has
     */
    public record GrowingClaim(String name, String progress, boolean hasFailed) {}

    /**
     * A proxy pod.
     *
     * @param isCurrent whether it was made from the present template
     * @param isLeaving whether its node is being emptied
     * @param isRunning whether all its containers have started
     * @param isReady whether all its containers are ready, as they are in a chunk
     * @param isDeleted whether it is about to end
     * @param waitsFor why it is not running, else an empty text
     * @param location where its node is; unknown while it has none
     */
    public record ProxyPod(
            String name,
            String uid,
            int ordinal,
            boolean isCurrent,
            boolean isLeaving,
            boolean isRunning,
            boolean isReady,
            boolean isDeleted,
            String waitsFor,
            BrokerView.Location location) {
        boolean mustRestart() {
            return (!isCurrent || isLeaving) && !isDeleted;
        }
    }

    Optional<ProxyPod> pod(String name) {
        return pods.stream().filter(pod -> pod.name().equals(name)).findFirst();
    }
}
