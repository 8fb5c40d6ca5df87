package io.undermoon.operator.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What became of a backup. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class UndermoonBackupStatus {
    @JsonPropertyDescription("Pending, Complete or Failed.")
    public @Nullable String state;

    @JsonPropertyDescription("What is being waited for, or what is wrong.")
    public @Nullable String message;

    @JsonPropertyDescription(
            "The Secret; its key backup.json.gz is what POST /api/v3/restore takes, compressed by gzip.")
    public @Nullable String secret;

    @JsonPropertyDescription("The checksum that the backup has in it.")
    public @Nullable String checksum;

    @JsonPropertyDescription("The epoch of the metadata.")
    public @Nullable Long epoch;

    @JsonPropertyDescription("When it was complete.")
    public @Nullable String completed;
}
