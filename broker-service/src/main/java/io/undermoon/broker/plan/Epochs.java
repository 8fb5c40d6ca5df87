package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.Epoch;

/** Explicit changes of epochs, and the replacement of the metadata by a dump. */
public final class Epochs {
    /**
     * The highest epoch that is taken from outside. It leaves room for more changes than will ever be made, and up to
     * twice as much numbers in JSON are exact everywhere.
     */
    public static final Epoch HIGHEST = new Epoch(1L << 52);

    private Epochs() {}

    /** Sets the global epoch and that of every cluster to a higher value. */
    public static Outcome<Outcome.Done> liftTo(Metadata state, Epoch epoch) {
        if (!epoch.isAfter(state.globalEpoch())) {
            throw smaller("epoch " + epoch + " is not after the global epoch " + state.globalEpoch());
        }
        requireRoom(epoch);
        return Outcome.done(lifted(state, epoch));
    }

    /**
     * Raises all epochs above those of the proxies, so that proxies accept metadata again.
     *
     * @param highest the highest epoch any proxy has
     */
    public static Outcome<Outcome.Done> recover(Metadata state, Epoch highest) {
        Epoch aboveProxies = highest.next().next();
        Epoch aboveGlobal = state.globalEpoch().next();
        return Outcome.done(lifted(state, aboveProxies.isAfter(aboveGlobal) ? aboveProxies : aboveGlobal));
    }

    /**
     * Replaces the metadata by a dump whose global epoch is not lower. With the same epoch it has to be the same
     * metadata, but for reports that expire by themselves: an epoch names one content, and proxies, coordinators and
     * other brokers would not notice a second one.
     */
    public static Outcome<Outcome.Done> restore(Metadata state, Metadata incoming) {
        if (state.globalEpoch().isAfter(incoming.globalEpoch())) {
            throw smaller("the metadata has epoch " + incoming.globalEpoch() + ", the broker is at "
                    + state.globalEpoch() + " already");
        }
        requireRoom(incoming.globalEpoch());
        if (incoming.globalEpoch().equals(state.globalEpoch())
                && !incoming.withReportsOf(state).equals(state)) {
            throw new UndermoonException(
                    ErrorCode.EPOCH_CONFLICT,
                    "the metadata has epoch " + incoming.globalEpoch() + " as the broker's, but another content; to"
                            + " replace the broker's, raise its global_epoch and the epochs of what differs");
        }
        return Outcome.done(incoming);
    }

    private static void requireRoom(Epoch epoch) {
        if (epoch.isAfter(HIGHEST)) {
            throw new UndermoonException(
                    ErrorCode.INVALID_REQUEST,
                    "epoch " + epoch + " is above " + HIGHEST + ", the highest that leaves room for changes");
        }
    }

    private static Metadata lifted(Metadata state, Epoch epoch) {
        MetadataEdit edit = state.edit();
        edit.liftEpochs(epoch);
        return edit.done();
    }

    private static UndermoonException smaller(String message) {
        return new UndermoonException(ErrorCode.EPOCH_SMALLER_THAN_CURRENT, message);
    }
}
