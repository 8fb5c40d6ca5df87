package io.undermoon.broker.rest;

import io.undermoon.broker.data.EscapedText;
import io.undermoon.broker.observe.ClusterUsage;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.Slot;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The replies about which slots and keys of a cluster clients use most. */
public final class UsageMessages {
    private UsageMessages() {}

    /**
     * Hot slots.
     *
     * @param counted whether the proxies count more than keys, so that there are rates
     * @param hottest by commands per second
     * @param largest by keys
     * @param problems proxies that did not answer, so that their slots are missing
     */
    public record HotSlots(boolean counted, List<HotSlot> hottest, List<HotSlot> largest, List<ProxyProblem> problems) {
        static HotSlots of(ClusterUsage.SlotUse use) {
            return new HotSlots(
                    use.isCounted(),
                    use.hottest().stream().map(HotSlot::of).toList(),
                    use.largest().stream().map(HotSlot::of).toList(),
                    ProxyProblem.of(use.problems()));
        }
    }

    /**
     * A slot. Rates are null if they are not counted or not known yet.
     *
     * @param bytesPerSecond of commands and replies
     * @param callMicros between a command and its reply, on average
     */
    public record HotSlot(
            int slot,
            ProxyAddress proxy,
            long keys,
            @Nullable Double opsPerSecond,
            @Nullable Double bytesPerSecond,
            @Nullable Double callMicros) {
        static HotSlot of(ClusterUsage.SlotRate rate) {
            return new HotSlot(
                    rate.slot(),
                    rate.proxy(),
                    rate.keys(),
                    rate.opsPerSecond(),
                    rate.bytesPerSecond(),
                    rate.callMicros());
        }
    }

    /**
     * Hot keys.
     *
     * @param opsPerSecond of all keys
     * @param bytesPerSecond of all keys
     * @param problems proxies that did not answer, so that their keys are missing
     */
    public record HotKeys(double opsPerSecond, double bytesPerSecond, List<HotKey> keys, List<ProxyProblem> problems) {
        static HotKeys of(ClusterUsage.KeyUse use) {
            return new HotKeys(
                    use.opsPerSecond(),
                    use.bytesPerSecond(),
                    use.keys().stream().map(HotKey::of).toList(),
                    ProxyProblem.of(use.problems()));
        }
    }

    /** A key, as in the key browser. A rate is null where the key is not among the hottest ones by it. */
    public record HotKey(
            String key,
            int slot,
            ProxyAddress proxy,
            @Nullable Double opsPerSecond,
            @Nullable Double bytesPerSecond) {
        static HotKey of(ClusterUsage.KeyRate rate) {
            return new HotKey(
                    EscapedText.of(rate.key()),
                    Slot.of(rate.key()),
                    rate.proxy(),
                    rate.opsPerSecond(),
                    rate.bytesPerSecond());
        }
    }

    /** Why a proxy has not done what it was asked. */
    public record ProxyProblem(ProxyAddress proxy, String message) {
        static List<ProxyProblem> of(Map<ProxyAddress, String> problems) {
            return problems.entrySet().stream()
                    .map(problem -> new ProxyProblem(problem.getKey(), problem.getValue()))
                    .toList();
        }
    }

    /** The proxies that have not done what all were asked. */
    public record ProxyProblems(List<ProxyProblem> problems) {}
}
