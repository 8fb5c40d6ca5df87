package io.undermoon.sample;

import io.quarkus.redis.datasource.RedisDataSource;
import io.quarkus.redis.datasource.hash.HashCommands;
import io.quarkus.redis.datasource.keys.KeyCommands;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;

/** The carts of all sessions: a hash from product to quantity for each, which expires when nobody uses it. */
@ApplicationScoped
public class Carts {
    private static final Duration LIFETIME = Duration.ofMinutes(30);

    private final HashCommands<String, String, Integer> carts;
    private final KeyCommands<String> keys;

    Carts(RedisDataSource redis) {
        carts = redis.hash(Integer.class);
        keys = redis.key();
    }

    /** @return how many of the product are in the cart now */
    public long add(String session, String product, int quantity) {
        long inCart = carts.hincrby(key(session), product, quantity);
        keys.expire(key(session), LIFETIME);
        return inCart;
    }

    public Map<String, Integer> content(String session) {
        return carts.hgetall(key(session));
    }

    public void remove(String session) {
        keys.del(key(session));
    }

    private static String key(String session) {
        return "cart:" + session;
    }
}
