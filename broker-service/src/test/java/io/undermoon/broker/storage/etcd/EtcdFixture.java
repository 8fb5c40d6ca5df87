package io.undermoon.broker.storage.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undermoon.broker.state.Metadata;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import io.undermoon.testsupport.EtcdServers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;

/** What tests of the etcd storage share. */
final class EtcdFixture {
    static final String PREFIX = "/test/";
    static final Metadata EMPTY = Metadata.empty(false);

    private EtcdFixture() {}

    static EtcdStorage open(HostPort... endpoints) {
        return open(Duration.ofSeconds(10), endpoints);
    }

    static EtcdStorage open(Duration timeout, HostPort... endpoints) {
        return new EtcdStorage(new EtcdOptions(Arrays.asList(endpoints), PREFIX, "", "", timeout), EMPTY, null);
    }

    static HostPort endpoint(EtcdServers etcd, int member) {
        return HostPort.parse(etcd.address(member));
    }

    static HostPort[] endpoints(EtcdServers etcd, int members) {
        return IntStream.range(0, members)
                .mapToObj(member -> endpoint(etcd, member))
                .toArray(HostPort[]::new);
    }

    /** All entries below the prefix of the tests. */
    static List<EtcdRequests.Entry> everything(EtcdServers etcd) throws IOException {
        String end = PREFIX.substring(0, PREFIX.length() - 1) + "0";
        String reply = etcd.post(
                0,
                "/v3/kv/txn",
                "{\"success\":[{\"request_range\":{\"key\":\"" + base64(PREFIX) + "\",\"range_end\":\"" + base64(end)
                        + "\"}}]}");
        return new ArrayList<>(EtcdRequests.entries(Json.mapper().readTree(reply), 0));
    }

    static void put(EtcdServers etcd, String key, String value) throws IOException {
        etcd.post(0, "/v3/kv/put", "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\"}");
    }

    static void delete(EtcdServers etcd, String key) throws IOException {
        etcd.post(0, "/v3/kv/deleterange", "{\"key\":\"" + base64(key) + "\"}");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }
}
