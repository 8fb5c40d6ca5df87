package io.undermoon.broker.plan;

/**
 * Moves as few slots as possible so that every shard has a wanted number of them: those with too many give, in order, to
 * those with too few, which fill up one after another. A shard that keeps slots gives its highest ones; one that is emptied
 * gives from the lowest on. With even shares these are the moves of the original's expand and shrink.
 */
final class Leveling {
    private Leveling() {}

    /**
     * Plans the moves.
     *
     * @param wanted per shard; as many in total as are not moving
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
