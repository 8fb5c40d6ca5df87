package io.undermoon.operator.cluster;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimCondition;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.undermoon.operator.plan.Observed.GrowingClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The volume claims that are not as large as they are to be.
 *
 * @param small by their spec
 * @param growing in fact
 */
record Claims(List<String> small, List<GrowingClaim> growing) {
    static final Claims NONE = new Claims(List.of(), List.of());

    private static final String STORAGE = "storage";

    static Claims of(List<PersistentVolumeClaim> claims, Quantity wanted) {
        List<String> small = new ArrayList<>();
        List<GrowingClaim> growing = new ArrayList<>();
        for (PersistentVolumeClaim claim : claims) {
            String name = claim.getMetadata().getName();
            Map<String, Quantity> requests = Optional.ofNullable(
                            claim.getSpec().getResources().getRequests())
                    .orElse(Map.of());
            if (isSmaller(requests.get(STORAGE), wanted)) {
                small.add(name);
            } else {
                growing(name, claim.getStatus(), wanted).ifPresent(growing::add);
            }
        }
        return new Claims(small.stream().sorted().toList(), List.copyOf(growing));
    }

    private static boolean isSmaller(@Nullable Quantity present, Quantity wanted) {
        return present != null && Quantity.getAmountInBytes(present).compareTo(Quantity.getAmountInBytes(wanted)) < 0;
    }

    /** A claim that has no volume yet does not grow. */
    private static Optional<GrowingClaim> growing(
            String name, @Nullable PersistentVolumeClaimStatus status, Quantity wanted) {
        Quantity present = status == null || status.getCapacity() == null
                ? null
                : status.getCapacity().get(STORAGE);
        if (status == null || !isSmaller(present, wanted)) {
            return Optional.empty();
        }
        Optional<PersistentVolumeClaimCondition> error = status.getConditions().stream()
                .filter(condition -> condition.getType().endsWith("Error"))
                .findFirst();
        Optional<String> infeasible = Optional.ofNullable(status.getAllocatedResourceStatuses())
                .map(states -> states.get(STORAGE))
                .filter(state -> state.endsWith("Infeasible"));
        String progress = "has " + present + " of " + wanted
                + error.or(() -> status.getConditions().stream().findFirst())
                        .map(condition -> ", " + condition.getType() + described(condition))
                        .or(() -> infeasible.map(state -> ", " + state))
                        .orElse("");
        return Optional.of(new GrowingClaim(name, progress, error.isPresent() || infeasible.isPresent()));
    }

    private static String described(PersistentVolumeClaimCondition condition) {
        return condition.getMessage() == null || condition.getMessage().isEmpty() ? "" : ": " + condition.getMessage();
    }
}
