package io.undermoon.operator.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** What is to be backed up. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = "self == oldSelf", message = "a backup is made once: make another UndermoonBackup")
public final class UndermoonBackupSpec {
    @Required
    @Size(min = 1, max = 31)
    @JsonPropertyDescription("The UndermoonCluster in the same namespace.")
    public String cluster = "";

    @Default("Metadata")
    @ValidationRule(
            value = "self == 'Metadata'",
            message =
                    "spec.content is Metadata: backups of the data in the Redis nodes do not exist yet. Copy their RDB"
                            + " or append-only files")
    @JsonPropertyDescription("What is saved: Metadata, which is proxies, slots and settings, and no keys.")
    public String content = "Metadata";
}
