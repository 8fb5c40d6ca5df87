package io.undermoon.broker.history;

import io.undermoon.broker.history.Operation.Kind;
import io.undermoon.broker.history.Operation.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The requests of a run, and the check that one order explains them: that of the epochs. Every change raises the epoch
 * by one, so the history is linearisable if
 *
 * <ul>
 *   <li>no two changes have the same epoch,
 *   <li>what ended before something else began has the lower epoch,
 *   <li>in this order, each reply about an object is right after those before it, and the last value is the one that is
 *       stored in the end, where a request without a reply may explain one difference,
 *   <li>each epoch is that of a change with a reply, or there is a request without one to explain it.
 * </ul>
 */
final class History {
    private final Queue<Operation> operations = new ConcurrentLinkedQueue<>();

    void add(Operation operation) {
        operations.add(operation);
    }

    long count(Result result) {
        return operations.stream()
                .filter(operation -> operation.result() == result)
                .count();
    }

    /**
     * What is wrong; empty for a linearisable history.
     *
     * @param finalObjects those that are stored in the end
     * @param finalEpoch the global epoch in the end; it was 0 before the first request
     */
    List<String> violations(Set<Integer> finalObjects, long finalEpoch) {
        List<String> violations = new ArrayList<>();
        checkEpochs(finalEpoch, violations);
        checkRealTime(violations);
        Map<Integer, List<Operation>> byObject = new TreeMap<>();
        operations.forEach(operation -> byObject.computeIfAbsent(operation.object(), object -> new ArrayList<>())
                .add(operation));
        byObject.forEach((object, ofObject) -> checkObject(ofObject, finalObjects.contains(object), violations));
        return violations;
    }

    private void checkEpochs(long finalEpoch, List<String> violations) {
        Set<Long> epochs = new HashSet<>();
        for (Operation operation : operations) {
            if (operation.isChange() && !epochs.add(operation.epoch())) {
                violations.add("two changes have epoch " + operation.epoch());
            }
            if (operation.epoch() > finalEpoch) {
                violations.add(operation + " is later than the final epoch " + finalEpoch);
            }
        }
        long unexplained = finalEpoch - epochs.size();
        if (unexplained > count(Result.UNKNOWN)) {
            violations.add(unexplained + " epochs are nobody's, and only " + count(Result.UNKNOWN)
                    + " requests have no reply");
        }
    }

    private void checkRealTime(List<String> violations) {
        List<Operation> byStart = sorted(Comparator.comparingLong(Operation::startNanos));
        List<Operation> byEnd = sorted(Comparator.comparingLong(Operation::endNanos));
        int ended = 0;
        long highest = -1;
        for (Operation operation : byStart) {
            for (; byEnd.get(ended).endNanos() < operation.startNanos(); ended++) {
                highest = Math.max(highest, byEnd.get(ended).epoch());
            }
            if (operation.epoch() < highest || operation.isChange() && operation.epoch() == highest) {
                violations.add(operation + " began after the reply with epoch " + highest);
            }
        }
    }

    private List<Operation> sorted(Comparator<Operation> order) {
        return operations.stream().filter(Operation::hasEpoch).sorted(order).toList();
    }

    private static void checkObject(List<Operation> operations, boolean isThereFinally, List<String> violations) {
        List<Operation> unknown = new ArrayList<>(operations.stream()
                .filter(operation -> operation.result() == Result.UNKNOWN)
                .toList());
        List<Operation> known = operations.stream()
                .filter(Operation::hasEpoch)
                // A read of an epoch comes after the change that made it.
                .sorted(Comparator.comparingLong(Operation::epoch).thenComparing(operation -> !operation.isChange()))
                .toList();
        boolean isThere = false;
        for (Operation operation : known) {
            boolean wasThere =
                    operation.isChange() ? operation.kind() == Kind.REMOVE : operation.result() == Result.PRESENT;
            if (isThere != wasThere && !explains(unknown, wasThere, operation.endNanos())) {
                violations.add(operation + " found the object " + (isThere ? "gone" : "there") + " without a reason");
            }
            isThere = operation.isChange() ? operation.kind() == Kind.ADD : wasThere;
        }
        if (isThere != isThereFinally && !explains(unknown, isThereFinally, Long.MAX_VALUE)) {
            violations.add("the last change of object " + operations.get(0).object() + " is lost: " + known);
        }
    }

    /** Uses up a request without a reply that would have made the difference, if it was sent before. */
    private static boolean explains(List<Operation> unknown, boolean isThere, long beforeNanos) {
        Kind needed = isThere ? Kind.ADD : Kind.REMOVE;
        for (Operation candidate : unknown) {
            if (candidate.kind() == needed && candidate.startNanos() < beforeNanos) {
                return unknown.remove(candidate);
            }
        }
        return false;
    }
}
