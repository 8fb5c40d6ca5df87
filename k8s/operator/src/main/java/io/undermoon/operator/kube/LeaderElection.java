package io.undermoon.operator.kube;

import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Names the Lease by which one of several operators is chosen, in the namespace in which they run. */
@Singleton
final class LeaderElection {
    @Produces
    @Singleton
    LeaderElectionConfiguration lease() {
        return new LeaderElectionConfiguration("undermoon-operator");
    }
}
