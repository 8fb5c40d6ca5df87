package io.undermoon.dev.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** The comparison that other tests rely on. */
class ContentsIT {
    @Test
    void a_key_that_expires_while_it_is_looked_at_is_not_there(@TempDir Path directory) {
        try (RedisProcess server = RedisProcess.start(directory);
                Jedis other = server.client();
                Jedis redis = new Jedis("127.0.0.1", server.port()) {
                    @Override
                    public long pexpireTime(byte[] key) {
                        long expires = super.pexpireTime(key);
                        other.del(key);
                        return expires;
                    }

                    @Override
                    public String type(byte[] key) {
                        String type = super.type(key);
                        return type.equals("none") ? "string" : type;
                    }
                }) {
            redis.psetex("short", 60_000, "value");
            assertThat(Contents.of(redis)).isEmpty();
        }
    }
}
