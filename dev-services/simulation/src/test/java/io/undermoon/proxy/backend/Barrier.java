package io.undermoon.proxy.backend;

import io.undermoon.proxy.route.Endpoint;
import io.undermoon.simulation.service.NodeSeam;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.jspecify.annotations.NullMarked;

/** Stands in for the product's class of this name: simulated clients share one connection to a node. */
@NullMarked
public final class Barrier {
    private Barrier() {}

    public static CompletionStage<?> await(
            List<NodeConnections> loops, Endpoint node, IntPredicate slots, BooleanSupplier wanted) {
        return NodeSeam.awaitAnswers(node, wanted);
    }

    /** Simulated clients watch nothing. */
    public static CompletionStage<?> awaitNoWatches(
            List<NodeConnections> loops, Endpoint node, IntPredicate slots, BooleanSupplier wanted) {
        return CompletableFuture.completedFuture(true);
    }
}
