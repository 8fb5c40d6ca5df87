package io.undermoon.broker.plan;

/**
 * The smallest set of moves that gives every shard a target number of slots. Shards above their target give, in
 * order, to the first shard below its target. A shard that keeps slots gives its highest ones; a shard that is
 * emptied gives from its lowest on. With even shares these are the moves of the original's expand and shrink.
 */
final class Leveling {
    private Leveling() {}

    /**
     * Plans the moves.
     *
     * @param wanted the target per shard; the sum is the number of stable slots
     */
    static void level(SlotMoves moves, int[] wanted) {
        int target = 0;
        for (int source = 0; source < moves.shards(); source++) {
            int surplus = moves.stableOf(source).size() - wanted[source];
            while (surplus > 0) {
                int missing = wanted[target] - moves.stableOf(target).size() - moves.plannedFor(target);
                if (missing <= 0) {
                    target++;
                    continue;
                }
                int count = Math.min(missing, surplus);
                if (wanted[source] == 0) {
                    moves.moveFirst(source, target, count);
                } else {
                    moves.moveLast(source, target, count);
                }
                surplus -= count;
            }
        }
    }
}
