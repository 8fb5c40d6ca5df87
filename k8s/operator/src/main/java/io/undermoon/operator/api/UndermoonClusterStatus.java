package io.undermoon.operator.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator has seen and done. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class UndermoonClusterStatus {
    @JsonPropertyDescription("The generation of the spec that the rest of the status is about.")
    public long observedGeneration;

    @JsonPropertyDescription("In one word what the cluster is in the middle of: Steady when nothing is left to do.")
    public @Nullable String state;

    @JsonPropertyDescription("What is being waited for, or what is wrong.")
    public @Nullable String message;

    @StatusReplicas
    @JsonPropertyDescription("The number of chunks with slots.")
    public int chunks;

    @LabelSelector
    @JsonPropertyDescription("Selects the proxy pods.")
    public @Nullable String selector;

    @JsonPropertyDescription("Ready, Progressing, Degraded.")
    public List<Condition> conditions = new ArrayList<>();

    @JsonPropertyDescription("How far slots that move are; missing when none do.")
    public @Nullable Progress progress;

    @JsonPropertyDescription("Whether the cluster was ever created in the broker: it is never created twice.")
    public boolean created;

    @JsonPropertyDescription("The number of chunks over which slots were last spread evenly.")
    public int evenChunks;

    @JsonPropertyDescription("The number of chunks that the migrations under way lead to.")
    public int movingTo;

    @JsonPropertyDescription("Since when the chunks that leave are empty, in Unix milliseconds; 0 when there are none.")
    public long emptySince;

    @JsonPropertyDescription("The pod whose chunk moves, as both halves were in one zone or on one node.")
    public @Nullable String separating;

    @JsonPropertyDescription("A digest of spec.config as the broker has it.")
    public @Nullable String configDigest;

    @JsonPropertyDescription("The size of volumes that was refused, so that it is not asked for again and again.")
    public @Nullable String volumeSizeRefused;

    @JsonPropertyDescription("Why it was refused.")
    public @Nullable String volumeMessage;

    /** The progress of slots that move. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static final class Progress {
        @JsonPropertyDescription("Slots that are still to move.")
        public int slotsLeft;

        @JsonPropertyDescription("How much of the keys in the migrations under way has been copied, in per cent.")
        public @Nullable Integer percent;

        @JsonPropertyDescription("Seconds until the migrations under way have copied everything, at the present rate.")
        public @Nullable Long secondsLeft;
    }
}
