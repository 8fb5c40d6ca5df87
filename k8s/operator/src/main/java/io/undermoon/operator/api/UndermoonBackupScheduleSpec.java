package io.undermoon.operator.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** When backups are made. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = "self.cluster == oldSelf.cluster", message = "spec.cluster cannot be changed")
public final class UndermoonBackupScheduleSpec {
    @Required
    @Size(min = 1, max = 31)
    @JsonPropertyDescription("The UndermoonCluster in the same namespace.")
    public String cluster = "";

    @Default("1h")
    @Size(min = 2, max = 8)
    @ValidationRule(
            value = "self.matches('^[1-9][0-9]{0,4}[mhd]$')",
            message = "spec.interval is a number of minutes, hours or days such as 30m, 6h or 1d")
    @JsonPropertyDescription("The time between two backups.")
    public String interval = "1h";

    @Min(1)
    @Max(100)
    @Default("24")
    @JsonPropertyDescription("How many backups that are complete are kept.")
    public int keep = 24;

    @JsonPropertyDescription("Whether no new backups are made.")
    public boolean suspend;
}
