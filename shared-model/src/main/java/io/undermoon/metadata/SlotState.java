package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

/** What a node has to do with a run of slots. */
public sealed interface SlotState {
    /** The node owns the slots and nothing is happening to them. */
    Stable STABLE = new Stable();

    /** The node owns the slots and nothing is happening to them; {@code "None"} on the wire. */
    record Stable() implements SlotState {}

    /** The slots are leaving this node. Until the switch it serves them. */
    record Migrating(MigrationMeta meta) implements SlotState {
        public Migrating {
            requireNonNull(meta, "meta");
        }
    }

    /** The slots are coming to this node. From the switch on it serves them. */
    record Importing(MigrationMeta meta) implements SlotState {
        public Importing {
            requireNonNull(meta, "meta");
        }
    }
}
