package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

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
     * Brings metadata up to what the proxies know better, and raises all epochs above theirs, so that they accept it.
     *
     * @param present the metadata of the broker, which may be the same
     * @param incoming the metadata to use from now on
     * @param reports of the proxies of both
     * @return with the present metadata if there are conflicts and they are not accepted
     */
    public static Outcome<Reconciliation.Result> recover(
            Metadata present,
            Metadata incoming,
            Map<ProxyAddress, Optional<ProxyReport>> reports,
            boolean acceptsConflicts) {
        Metadata dump = ofInstallation(present, incoming);
        Metadata reported = dump.withReportsOf(present);
        Metadata own = present.audit().isEmpty() ? reported : withRecordOf(present, reported);
        if (!incoming.equals(present)) {
            requireRoom(own.globalEpoch());
        }
        Epoch target = Stream.concat(
                        Stream.of(
                                present.globalEpoch().next(), own.globalEpoch().next()),
                        reports.values().stream()
                                .flatMap(Optional::stream)
                                .map(ProxyReport::epoch)
                                .filter(Epochs::isPossible)
                                .map(epoch -> epoch.next().next()))
                .max(Comparator.naturalOrder())
                .orElseThrow();
        Reconciliation.Result result = Reconciliation.of(own, reports, target);
        boolean isUsed = result.conflicts().isEmpty() || acceptsConflicts;
        return new Outcome<>(isUsed ? result.state() : present, result);
    }

    /** Whether an epoch may have been given by a broker; whoever has a higher one would take all others with it. */
    public static boolean isPossible(Epoch epoch) {
        return !epoch.isAfter(HIGHEST);
    }

    /**
     * Replaces the metadata by a dump whose global epoch is not lower. With the same epoch it has to be the same
     * metadata, but for reports that expire by themselves: an epoch names one content, and proxies, coordinators and
     * other brokers would not notice a second one. With epoch 0 there is nothing yet but the id of an installation.
     *
     * <p>What coordinators have said stays if they said it here later than in the dump: a standby takes it over, a
     * broker in use does not. A dump without coordinators is of a system that has none.
     */
    public static Outcome<Outcome.Done> restore(Metadata state, Metadata dump) {
        Metadata own = ofInstallation(state, dump);
        boolean isHeardLater = !own.coordinators().isEmpty() && lastHeard(state) > lastHeard(own);
        Metadata incoming = isHeardLater ? own.withReportsOf(state) : own;
        if (state.globalEpoch().isAfter(incoming.globalEpoch())) {
            throw smaller("the metadata has epoch " + incoming.globalEpoch() + ", the broker is at "
                    + state.globalEpoch() + " already");
        }
        requireRoom(incoming.globalEpoch());
        if (!state.globalEpoch().equals(Epoch.ZERO)
                && incoming.globalEpoch().equals(state.globalEpoch())
                && !incoming.withReportsOf(state).asCopy(state.isOfOther()).isSameAs(state)) {
            throw new UndermoonException(
                    ErrorCode.EPOCH_CONFLICT,
                    "the metadata has epoch " + incoming.globalEpoch() + " as the broker's, but another content; to"
                            + " replace the broker's, raise its global_epoch and the epochs of what differs");
        }
        return Outcome.done(incoming.audit().isEmpty() ? withRecordOf(state, incoming) : incoming);
    }

    /** A system that is brought back to an earlier state keeps the record of what was done since. */
    private static Metadata withRecordOf(Metadata state, Metadata incoming) {
        return incoming.withAudit(state.audit()).withOperations(state.operations());
    }

    /** When the last coordinator registered, in Unix seconds. */
    private static long lastHeard(Metadata state) {
        return state.coordinators().values().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }

    /**
     * A broker without metadata takes over the installation of the dump, also if that has no id yet: it gets one where
     * the dump comes from, and another one here would be refused from then on. A dump of the original has none.
     */
    private static Metadata ofInstallation(Metadata state, Metadata dump) {
        if (dump.installationId() == null) {
            return state.isEmpty() && !dump.isEmpty() ? dump : dump.ofInstallation(state.installationId());
        }
        if (state.isEmpty()
                || state.installationId() == null
                || state.installationId().equals(dump.installationId())) {
            return dump;
        }
        throw new UndermoonException(
                ErrorCode.OTHER_INSTALLATION,
                "the metadata is of installation " + dump.installationId() + ", the broker's of "
                        + state.installationId());
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
