package io.undermoon.broker.history;

import io.undermoon.broker.plan.Outcome;
import io.undermoon.broker.plan.Proxies;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.broker.storage.etcd.EtcdOptions;
import io.undermoon.broker.storage.etcd.EtcdStorage;
import io.undermoon.broker.storage.kubernetes.KubernetesOptions;
import io.undermoon.broker.storage.kubernetes.KubernetesStorage;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.HostPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A process with the storage and the writer of a broker as they are, and instead of the HTTP API a line for each
 * request and each reply: {@code ADD 3} is answered by {@code DONE 17}, the result and its epoch.
 */
final class HistoryBroker {
    static final String READY = "port ";
    static final String ETCD = "etcd";
    static final String KUBERNETES = "kubernetes";
    static final String PREFIX = "/history";

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final long REFRESH_MILLIS = 200;

    private final MetadataWriter metadata;

    private HistoryBroker(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    /** The arguments are those of {@link #storage}; the first line of the output has the port. */
    public static void main(String[] arguments) throws IOException {
        MetadataWriter.Limits limits = new MetadataWriter.Limits(Duration.ofSeconds(60), 1, 0);
        MetadataWriter metadata = null;
        while (metadata == null) {
            try {
                metadata = new MetadataWriter(storage(List.of(arguments)), limits, Clock.systemUTC());
            } catch (StorageException e) {
                System.err.println("the storage does not answer yet: " + e.getMessage());
            }
        }
        Executors.newSingleThreadScheduledExecutor()
                .scheduleWithFixedDelay(metadata::refresh, REFRESH_MILLIS, REFRESH_MILLIS, TimeUnit.MILLISECONDS);
        ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        System.out.println(READY + listener.getLocalPort());
        HistoryBroker broker = new HistoryBroker(metadata);
        while (true) {
            Socket client = listener.accept();
            new Thread(() -> broker.converse(client)).start();
        }
    }

    /** By {@code etcd} with its endpoints, or {@code kubernetes} with the address of its API and the namespace. */
    private static MetadataStorage storage(List<String> arguments) {
        List<String> rest = arguments.subList(1, arguments.size());
        Metadata empty = Metadata.empty(false);
        if (arguments.get(0).equals(ETCD)) {
            List<HostPort> endpoints = rest.stream().map(HostPort::parse).toList();
            return new EtcdStorage(new EtcdOptions(endpoints, PREFIX, "", "", TIMEOUT), empty, null);
        }
        HostPort server = HostPort.parse(rest.get(0));
        return new KubernetesStorage(
                new KubernetesOptions(server, "", null, rest.get(1), "undermoon-metadata", TIMEOUT), empty, null);
    }

    private void converse(Socket client) {
        try (client;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", -1);
                String reply = answer(Operation.Kind.parse(words[0]), Integer.parseInt(words[1])) + "\n";
                client.getOutputStream().write(reply.getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            System.err.println("client lost: " + e);
        }
    }

    private String answer(Operation.Kind kind, int object) {
        long[] plannedFrom = new long[1];
        try {
            if (kind == Operation.Kind.READ) {
                metadata.confirm();
                Metadata state = metadata.state();
                boolean isThere = state.allProxies().containsKey(TestMetadata.proxy(object));
                return (isThere ? "PRESENT " : "ABSENT ") + state.globalEpoch().value();
            }
            return metadata.change((state, context) -> {
                plannedFrom[0] = state.globalEpoch().value();
                Metadata next = kind == Operation.Kind.ADD
                        ? TestMetadata.add(state, object, "host" + object)
                        : Proxies.remove(state, TestMetadata.proxy(object)).state();
                // A proxy that is there already is registered once more without a change.
                String result = next.equals(state) ? "PRESENT " : "DONE ";
                return new Outcome<>(next, result + next.globalEpoch().value());
            });
        } catch (UndermoonException e) {
            return refusal(e.code(), plannedFrom[0]);
        }
    }

    private static String refusal(ErrorCode code, long epoch) {
        return switch (code) {
            case PROXY_NOT_FOUND -> "ABSENT " + epoch;
            case EXTERNAL_TIMEOUT -> "UNKNOWN -1";
            default -> "FAILED -1";
        };
    }
}
