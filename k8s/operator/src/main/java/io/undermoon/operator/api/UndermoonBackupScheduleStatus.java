package io.undermoon.operator.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What a schedule has done. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class UndermoonBackupScheduleStatus {
    @JsonPropertyDescription("The last backup that was made.")
    public @Nullable String lastBackup;

    @JsonPropertyDescription("When it was made, in Unix seconds.")
    public long lastTime;
}
