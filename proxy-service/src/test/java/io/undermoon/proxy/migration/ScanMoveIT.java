package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import io.undermoon.umctl.MigrationProgress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Scans while slots move, through each of the two proxies and through a third one that learns of the move late. */
class ScanMoveIT {
    private static final int KEYS = 3000;
    private static final int MAX_CALLS = 100_000;

    @Test
    void every_scan_finds_all_keys_at_every_proxy() {
        try (TwoProxies proxies = new TwoProxies(true);
                ProxyHarness third = ProxyHarness.start(1, TwoMasters.active());
                RespConnection ofSource = proxies.connectToSource();
                RespConnection ofDestination = proxies.connectToDestination();
                RespConnection ofThird = RespConnection.to(third.port())) {
            third.serve(Map.of(), Map.of(proxies.source.address(), SlotRanges.ALL));
            Set<String> keys = fill(ofSource, "key:", KEYS);
            List<Scan> scans = List.of(new Scan(ofSource), new Scan(ofDestination), new Scan(ofThird));
            for (Scan scan : scans) {
                scan.call();
            }

            proxies.migrate();
            while (proxies.source.migrations().progress().stream()
                    .noneMatch(move -> move.state() == MigrationProgress.State.SWITCHED)) {
                scans.forEach(Scan::call);
            }
            assertThat(scans).allSatisfy(scan -> assertThat(scan.isUnderWay()).isTrue());
            // The third proxy still believes that the source has all slots.
            scanOnceMore(scans);
            proxies.commit();
            scanOnceMore(scans);
            third.serve(
                    Map.of(),
                    Map.of(
                            proxies.source.address(), TwoProxies.STAYING,
                            proxies.destination.address(), TwoProxies.MOVING));
            scanOnceMore(scans);

            assertThat(scans)
                    .allSatisfy(scan -> assertThat(scan.complete)
                            .hasSizeGreaterThanOrEqualTo(3)
                            .allSatisfy(found -> assertThat(found).isEqualTo(keys)));
        }
    }

    /**
     * The moving slots have all keys, and the third proxy learns of no change. When scans went from proxy to proxy and
     * the destination came first, nothing was found there before the switch and nothing at the source after it.
     */
    @Test
    void keys_do_not_slip_past_a_scan_through_a_proxy_that_knows_nothing_of_the_switch() {
        try (TwoProxies proxies = new TwoProxies(true);
                ProxyHarness third = ProxyHarness.start(1, TwoMasters.active());
                RespConnection ofSource = proxies.connectToSource();
                RespConnection ofThird = RespConnection.to(third.port())) {
            third.serve(
                    Map.of(),
                    Map.of(
                            proxies.source.address(), SlotRanges.of(0, 16382),
                            proxies.destination.address(), SlotRanges.of(16383, 16383)));
            assertThat(TwoProxies.MOVING.contains(Slot.of("{3}"))).isTrue();
            Set<String> keys = fill(ofSource, "{3}", 500);
            Scan scan = new Scan(ofThird);
            scan.call();
            proxies.migrate();
            proxies.awaitSwitched();
            scanOnceMore(List.of(scan));
            assertThat(scan.complete).containsExactly(keys);
        }
    }

    private static Set<String> fill(RespConnection client, String prefix, int count) {
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < count; i++) {
            keys.add(prefix + i);
            client.send("SET", prefix + i, "v");
        }
        for (int i = 0; i < count; i++) {
            assertThat(text(client.receive())).isEqualTo("OK");
        }
        return keys;
    }

    /** Goes on until each scan has ended one that began by now or before. */
    private static void scanOnceMore(List<Scan> scans) {
        for (Scan scan : scans) {
            int ended = scan.complete.size();
            while (scan.complete.size() == ended) {
                scan.call();
            }
        }
    }

    /** Scans by one client, one after the other. */
    private static final class Scan {
        private final RespConnection client;
        private final List<Set<String>> complete = new ArrayList<>();
        private Set<String> found = new HashSet<>();
        private String cursor = "0";
        private int calls;

        Scan(RespConnection client) {
            this.client = client;
        }

        boolean isUnderWay() {
            return !cursor.equals("0") || !complete.isEmpty();
        }

        void call() {
            RespValue reply = client.call("SCAN", cursor, "COUNT", "20");
            assertThat(reply).isInstanceOf(RespValue.Array.class);
            List<RespValue> items = ((RespValue.Array) reply).items();
            cursor = text(items.get(0));
            ((RespValue.Array) items.get(1)).items().forEach(key -> found.add(text(key)));
            if (cursor.equals("0")) {
                complete.add(found);
                found = new HashSet<>();
            }
            assertThat(calls++).isLessThan(MAX_CALLS);
        }
    }
}
