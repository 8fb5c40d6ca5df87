package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

/** The state of slots at a node. */
public sealed interface SlotState {
    /** The node owns the slots and they are not migrating. */
    Stable STABLE = new Stable();

    /** The node owns the slots and they are not migrating; {@code "None"} on the wire. */
    record Stable() implements SlotState {}

    /** The slots migrate away from this node, which serves them until the switch. */
    record Migrating(MigrationMeta meta) implements SlotState {
        public Migrating {
            requireNonNull(meta, "meta");
        }
    }

    /** The slots migrate to this node, which serves them from the switch on. */
    record Importing(MigrationMeta meta) implements SlotState {
        public Importing {
            requireNonNull(meta, "meta");
        }
    }
}
