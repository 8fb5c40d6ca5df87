package io.undermoon.proxy.testing;

import io.undermoon.proxy.session.SessionSettings;
import io.undermoon.slot.SlotRanges;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Two Redis servers that share the slots, low and high, as a client sees them: behind one proxy, or each behind its own
 * with active redirection.
 */
public final class TwoMasters implements AutoCloseable {
    /** The slots up to here are those of {@link #low}. */
    public static final int LAST_LOW_SLOT = 8000;

    public static final SlotRanges LOW = SlotRanges.of(0, LAST_LOW_SLOT);
    public static final SlotRanges HIGH = SlotRanges.of(LAST_LOW_SLOT + 1, 16383);

    /** Where the masters are. */
    public enum Layout {
        ONE_PROXY,
        TWO_PROXIES
    }

    public final RedisServerProcess low = RedisServerProcess.start();
    public final RedisServerProcess high = RedisServerProcess.start();

    /** The proxies; clients may use any of them. */
    public final List<ProxyHarness> proxies;

    public TwoMasters(Layout layout) {
        if (layout == Layout.ONE_PROXY) {
            proxies = List.of(ProxyHarness.start());
            proxies.get(0).serve(Map.of(low.port(), LOW, high.port(), HIGH), Map.of());
        } else {
            proxies = List.of(ProxyHarness.start(1, active()), ProxyHarness.start(1, active()));
            serveEach(LOW, HIGH);
        }
    }

    /** Gives slots to the masters, in whichever layout. */
    public void divide(SlotRanges lowSlots, SlotRanges highSlots) {
        if (proxies.size() == 1) {
            proxies.get(0).serve(Map.of(low.port(), lowSlots, high.port(), highSlots), Map.of());
        } else {
            serveEach(lowSlots, highSlots);
        }
    }

    /** Has each of two proxies serve its node with these slots. */
    public void serveEach(SlotRanges lowSlots, SlotRanges highSlots) {
        ProxyHarness first = proxies.get(0);
        ProxyHarness second = proxies.get(1);
        first.serve(Map.of(low.port(), lowSlots), Map.of(second.address(), highSlots));
        second.serve(Map.of(high.port(), highSlots), Map.of(first.address(), lowSlots));
    }

    /** A connection to the first proxy. */
    public RespConnection connect() {
        return RespConnection.to(proxies.get(0).port());
    }

    /** The settings, but with active redirection. */
    public static UnaryOperator<SessionSettings> active() {
        return settings -> new SessionSettings(true, settings.maxRedirections(), settings.maxPipeline(), false, "", 0);
    }

    @Override
    public void close() {
        proxies.forEach(ProxyHarness::close);
        low.close();
        high.close();
    }
}
