package io.undermoon.operator.plan;

import io.undermoon.operator.broker.BrokerView;
import java.util.List;
import java.util.Map;

/**
 * What to do next.
 *
 * @param state what the cluster is in the middle of, one word for the status and for Events
 * @param message what is done or waited for
 */
public record Step(String state, String message, Action action) {
    /** Nothing is left to do. */
    public static final String STEADY = "Steady";

    /** An object of the cluster that Kubernetes does not take: nothing else is done. */
    public static final String REFUSED = "ObjectsRefused";

    /** Metadata that is not there any more: nothing is done. */
    public static final String METADATA_LOST = "MetadataLost";

    /** Kubernetes does not take an object as it is to be. */
    public static Step refused(String message) {
        return waiting(REFUSED, message);
    }

    static Step waiting(String state, String message) {
        return new Step(state, message, new Action.Nothing());
    }

    public boolean isSteady() {
        return state.equals(STEADY);
    }

    /** One change, of Kubernetes' objects or by the broker. Each can be repeated after a crash in the middle. */
    public sealed interface Action {
        record Nothing() implements Action {}

        /** Sets the number of proxy pods. */
        record Scale(int replicas) implements Action {}

        /** Has the StatefulSet make a proxy pod anew. */
        record DeletePod(String name, String uid) implements Action {}

        /** Enlarges volumes. */
        record ResizeVolumes(List<String> claims, String size) implements Action {
            public ResizeVolumes {
                claims = List.copyOf(claims);
            }
        }

        record CreateCluster(int chunks, int copies) implements Action {}

        record Configure(Map<String, String> fields, String digest) implements Action {
            public Configure {
                fields = Map.copyOf(fields);
            }
        }

        record AddChunks(int total) implements Action {}

        /** Spreads slots by the weights of masters. */
        record MoveSlots(Map<String, Integer> weights, int chunks) implements Action {
            public MoveSlots {
                weights = Map.copyOf(weights);
            }
        }

        record AbortMoves() implements Action {}

        /** Remembers since when the chunks that leave are empty. */
        record NoteEmpty() implements Action {}

        record FreeChunks() implements Action {}

        /** Tells the broker where proxies run. */
        record TellLocations(Map<String, BrokerView.Location> locations) implements Action {
            public TellLocations {
                locations = Map.copyOf(locations);
            }
        }

        /**
         * Takes the next step of replacing the secrets.
         *
         * @param name of the wish
         */
        record ReplaceSecrets(String name) implements Action {}

        record StartDrain(String host) implements Action {}

        /** Moves the chunk of a pod to free proxies that are farther apart; remembered, as the pod itself stays. */
        record Separate(String host) implements Action {}

        record EndDrain(String host) implements Action {}

        record StartMaintenance(String proxy) implements Action {}

        record EndMaintenance(String proxy) implements Action {}

        record Deregister(String proxy) implements Action {}
    }
}
