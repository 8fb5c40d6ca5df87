package io.undermoon.broker.rest;

import io.smallrye.common.annotation.Blocking;
import io.undermoon.broker.state.Backup;
import io.undermoon.broker.store.EpochRecovery;
import io.undermoon.broker.store.MetadataWriter;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Copies of the metadata, and their use. */
@Path("/api/v3")
@Tag(name = "broker")
public final class BackupResource {
    private final MetadataWriter metadata;
    private final EpochRecovery recovery;
    private final Clock clock;

    BackupResource(MetadataWriter metadata, EpochRecovery recovery, Clock clock) {
        this.metadata = metadata;
        this.recovery = recovery;
        this.clock = clock;
    }

    @GET
    @Path("/backup")
    @Operation(summary = "A copy of the metadata with a checksum, for POST /restore")
    public Backup backup() {
        return Backup.of(metadata.state(), clock.instant().getEpochSecond());
    }

    @POST
    @Path("/restore")
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Replace the metadata by a backup, with what the proxies know better and with epochs above"
                    + " theirs")
    public CompletionStage<EpochRecovery.RecoveryReport> restore(
            @Nullable Backup backup,
            @QueryParam("dry_run") @DefaultValue("false") String dryRun,
            @QueryParam("force") @DefaultValue("false") String force) {
        return recovery.restore(
                Input.body(backup).verified(), Input.flag("force", force), Input.flag("dry_run", dryRun));
    }
}
