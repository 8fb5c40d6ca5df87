package io.undermoon.broker.rest;

import io.undermoon.broker.store.ChangeCause;
import io.undermoon.broker.store.MetadataWriter;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Records in the audit log, and the log of the broker, who has asked for data of which cluster, and what for, before it
 * is given. The audit log has a bounded length, so reads of the same kind by the same caller are in it from time to
 * time. Keys and values are in neither.
 */
@Singleton
final class DataRecord {
    private static final Logger LOG = Logger.getLogger(DataRecord.class);
    private static final Duration BETWEEN_READS = Duration.ofMinutes(10);

    private final MetadataWriter metadata;

    DataRecord(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    /** Records a read. */
    void atTimes(String what) {
        note(what, BETWEEN_READS);
    }

    /** Records what may change something. */
    void each(String what) {
        note(what, Duration.ZERO);
    }

    private void note(String what, Duration within) {
        ChangeCause request = metadata.cause();
        ChangeCause cause =
                new ChangeCause(request.who(), what.isEmpty() ? request.what() : request.what() + " " + what);
        if (metadata.note(cause, within)) {
            LOG.infof("Data asked for: account=%s request=%s", cause.who(), cause.what());
        }
    }
}
