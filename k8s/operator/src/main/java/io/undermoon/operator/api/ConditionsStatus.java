package io.undermoon.operator.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.List;

/** A status that consists of the condition Ready. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class ConditionsStatus {
    @JsonPropertyDescription("The generation of the spec that the condition is about.")
    public long observedGeneration;

    @JsonPropertyDescription("Ready, with a reason and a message.")
    public List<Condition> conditions = new ArrayList<>();
}
