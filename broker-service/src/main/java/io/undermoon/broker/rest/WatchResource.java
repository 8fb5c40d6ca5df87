package io.undermoon.broker.rest;

import io.undermoon.broker.rest.Messages.EpochReply;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.metadata.Epoch;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The change feed as a long poll. */
@Path("/api/v3/watch")
@Tag(name = "epochs")
public final class WatchResource {
    private static final long MAX_TIMEOUT_SECONDS = 60;

    private final MetadataWriter metadata;

    WatchResource(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    @GET
    @Operation(summary = "The global epoch, as soon as it differs from the given one or when the time is over")
    public CompletionStage<EpochReply> watch(
            @QueryParam("epoch") @DefaultValue("0") String epoch,
            @QueryParam("timeout") @DefaultValue("30") String timeout) {
        Epoch known = new Epoch(Input.number("epoch", epoch));
        long seconds = Math.min(MAX_TIMEOUT_SECONDS, Input.number("timeout", timeout));
        return metadata.awaitEpochOtherThan(known, Duration.ofSeconds(seconds)).thenApply(EpochReply::new);
    }
}
