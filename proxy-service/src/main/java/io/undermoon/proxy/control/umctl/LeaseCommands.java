package io.undermoon.proxy.control.umctl;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.lease.LeaseToken;
import io.undermoon.proxy.lease.renewal.LeaseRenewal;
import io.undermoon.proxy.topology.ApplyResult;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespWriter;
import java.util.HashSet;
import java.util.Set;

/** The sub-commands of {@code UMCTL} about leases, and which messages say whether leases count. Thread-safe. */
public final class LeaseCommands {
    private final TopologyStore topology;
    private final Lease lease;
    private final LeaseRenewal renewal;

    public LeaseCommands(TopologyStore topology, Lease lease, LeaseRenewal renewal) {
        this.topology = topology;
        this.lease = lease;
        this.renewal = renewal;
    }

    /** Leases count; a proxy that has metadata already serves on until it has one. */
    void require() {
        lease.require(!topology.current().epoch().equals(Epoch.ZERO));
    }

    /** A message was sent by somebody who does not grant leases; if it is not an old one, they do not count. */
    void withoutLeases(ApplyResult result, Epoch epoch) {
        boolean isPresent = result == ApplyResult.OLD_EPOCH
                && (epoch.equals(topology.current().epoch())
                        || epoch.equals(topology.current().replication().epoch()));
        if (result == ApplyResult.APPLIED || isPresent) {
            lease.lift();
        }
    }

    /**
     * {@code UMCTL LEASE [<token>]}, sent by coordinators: renews the lease with a token. Answers with the next token,
     * the epoch of the metadata, 1 if the partner of this proxy does not answer, so that it needs a coordinator, and
     * for people {@code held}, {@code none} or {@code off} and the milliseconds that are left.
     */
    void lease(CommandFrame frame, ByteBuf out) {
        if (frame.argumentCount() > 2) {
            LeaseToken token =
                    LeaseToken.parse(frame.argument(2)).orElseThrow(() -> new ErrorReplyException("Invalid token"));
            renewal.granted(token);
        }
        LeaseRenewal.Report report = renewal.report();
        RespWriter.array(out, 5);
        RespWriter.bulk(out, report.token().toString());
        RespWriter.integer(out, report.epoch().value());
        RespWriter.integer(out, report.isAlone() ? 1 : 0);
        RespWriter.bulk(out, report.state());
        RespWriter.integer(out, report.millisLeft());
    }

    /**
     * {@code UMCTL PROMISE <proxy> [<master> ...]}, sent by the partner of this proxy. The answer, the epoch of this
     * proxy's metadata, promises not to take these masters over while the lease lasts that the partner gets by that.
     */
    void promise(CommandFrame frame, ByteBuf out) {
        if (frame.argumentCount() < 3) {
            throw new ErrorReplyException("Invalid arguments");
        }
        Set<NodeAddress> masters = new HashSet<>();
        for (int i = 3; i < frame.argumentCount(); i++) {
            masters.add(new NodeAddress(frame.argument(i)));
        }
        Epoch epoch = topology.current().epoch();
        if (renewal.promises(new ProxyAddress(frame.argument(2)), masters)) {
            RespWriter.integer(out, epoch.value());
        } else {
            RespWriter.error(out, "NOPROMISE these are not the masters of this proxy's replicas at epoch " + epoch);
        }
    }
}
