package io.undermoon.broker.store;

import io.undermoon.broker.plan.Spares;
import org.jboss.logging.Logger;

/**
 * Gives chunks the spares that they lack, when proxies have become free, and lets those go that are of no use. Not
 * thread-safe.
 */
public final class HotSpares {
    private static final Logger LOG = Logger.getLogger(HotSpares.class);

    private final MetadataWriter metadata;

    public HotSpares(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    /** Called periodically. */
    public void round() {
        if (!Spares.areUsed(metadata.state())
                || Spares.level(metadata.state(), metadata.planContext())
                        .result()
                        .isEmpty()) {
            return;
        }
        for (Spares.Change change : metadata.change(Spares::level)) {
            LOG.infof(
                    "%s: cluster=%s epoch=%s proxy=%s chunk=%s",
                    change.isAttached() ? "Spare attached" : "Spare released",
                    change.cluster(),
                    metadata.state().globalEpoch(),
                    change.proxy(),
                    change.chunk());
        }
    }
}
