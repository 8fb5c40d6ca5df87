package io.undermoon.sample;

import io.quarkus.redis.datasource.RedisDataSource;
import java.util.List;

/** What the tests leave in the cluster. */
final class ShopData {
    private static final List<String> KEYS = List.of("cart:anna", "cart:ben", "orders:number", "orders", "bestsellers");

    private ShopData() {}

    /** One key at a time, as they are in different slots. */
    static void remove(RedisDataSource redis) {
        KEYS.forEach(key -> redis.key().del(key));
    }
}
