package io.undermoon.dev.backups.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.ServerUri;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.testing.RedisClusterProcesses;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardIT {
    private static final Access ACCESS = new Access(null, null, null, Duration.ofSeconds(10));

    @Test
    void of_two_restores_one_goes_on(@TempDir Path directory) throws IOException {
        try (RedisClusterProcesses cluster = RedisClusterProcesses.start(directory)) {
            Target target =
                    Target.discover(ServerUri.parse("--to", "redis://127.0.0.1:" + cluster.firstMaster()), ACCESS);
            Guard first = new Guard(target);
            Guard second = new Guard(target);
            first.lock();
            first.lock();
            assertThatThrownBy(second::lock)
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContaining("another process restores");

            // The keys are removed, and the lock with them.
            first.empty();
            first.begin("shop/1");
            first.renew();
            assertThat(second.interrupted()).isEqualTo("shop/1");

            // The first one is suspended until its lock has run out.
            target.call(OwnKeys.LOCK, "DEL", OwnKeys.LOCK);
            second.lock();
            assertThatThrownBy(first::renew).isInstanceOf(LaunchException.class).hasMessageContaining("begin it anew");
            first.unlock();
            second.renew();
        }
    }
}
