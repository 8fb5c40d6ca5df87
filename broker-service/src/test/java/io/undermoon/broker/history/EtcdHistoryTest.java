package io.undermoon.broker.history;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.etcd.EtcdOptions;
import io.undermoon.broker.storage.etcd.EtcdStorage;
import io.undermoon.metadata.HostPort;
import io.undermoon.testsupport.EtcdServers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Brokers over a real etcd, whose members are killed and paused. */
@EnabledIf("io.undermoon.testsupport.EtcdServers#isInstalled")
class EtcdHistoryTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"2, 1", "3, 3"})
    void is_linearisable_and_has_every_acknowledged_change(int brokers, int members) throws Exception {
        try (EtcdServers etcd = EtcdServers.start(directory.resolve("etcd"), members)) {
            new HistoryRun(directory, new Etcd(etcd, members), brokers).verify();
        }
    }

    private record Etcd(EtcdServers servers, int members) implements HistoryRun.SharedStorage {
        @Override
        public List<String> arguments() {
            return Stream.concat(Stream.of(HistoryBroker.ETCD), endpoints()).toList();
        }

        @Override
        public MetadataStorage open() {
            List<HostPort> addresses = endpoints().map(HostPort::parse).toList();
            return new EtcdStorage(
                    new EtcdOptions(addresses, HistoryBroker.PREFIX, "", "", Duration.ofSeconds(10)),
                    Metadata.empty(false),
                    null);
        }

        @Override
        public int faults() {
            return 2;
        }

        @Override
        public void fail(int kind, SplittableRandom random, HistoryRun.Pause pause) throws InterruptedException {
            int member = random.nextInt(members);
            if (kind == 0) {
                servers.kill(member);
                pause.untilAnswered(200);
                servers.restart(member);
            } else {
                servers.pause(member);
                pause.untilAnswered(1500);
                servers.resume(member);
            }
        }

        private Stream<String> endpoints() {
            return IntStream.range(0, members).mapToObj(servers::address);
        }
    }
}
