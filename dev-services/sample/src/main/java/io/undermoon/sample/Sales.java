package io.undermoon.sample;

import io.quarkus.redis.datasource.RedisDataSource;
import io.quarkus.redis.datasource.sortedset.SortedSetCommands;
import io.quarkus.redis.datasource.sortedset.ZRangeArgs;
import io.quarkus.redis.datasource.stream.StreamCommands;
import io.quarkus.redis.datasource.stream.StreamRange;
import io.quarkus.redis.datasource.value.ValueCommands;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What has been sold: a counter of orders, a stream of them, and a sorted set of products by quantity. */
@ApplicationScoped
public class Sales {
    private static final String NUMBERS = "orders:number";
    private static final String ORDERS = "orders";
    private static final String BESTSELLERS = "bestsellers";

    private final ValueCommands<String, Long> counters;
    private final StreamCommands<String, String, Integer> orders;
    private final SortedSetCommands<String, String> bestsellers;

    Sales(RedisDataSource redis) {
        counters = redis.value(Long.class);
        orders = redis.stream(Integer.class);
        bestsellers = redis.sortedSet(String.class);
    }

    /** @return the number of the order */
    public long record(Map<String, Integer> items) {
        long number = counters.incr(NUMBERS);
        orders.xadd(ORDERS, items);
        items.forEach((product, quantity) -> bestsellers.zincrby(BESTSELLERS, quantity, product));
        return number;
    }

    /** Products and how many were sold, the most wanted first. */
    public Map<String, Long> bestsellers(int count) {
        Map<String, Long> best = new LinkedHashMap<>();
        bestsellers
                .zrangeWithScores(BESTSELLERS, 0, count - 1L, new ZRangeArgs().rev())
                .forEach(product -> best.put(product.value(), (long) product.score()));
        return best;
    }

    /** The items of all orders, oldest first. */
    public List<Map<String, Integer>> orders() {
        return orders.xrange(ORDERS, StreamRange.of("-", "+")).stream()
                .map(order -> order.payload())
                .collect(Collectors.toList());
    }
}
