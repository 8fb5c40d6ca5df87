package io.undermoon.dev.imports.destination;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Removes the markers of an import that is not to be continued. */
public final class MarkerRemoval {
    private MarkerRemoval() {}

    public static void run(Target target, ImportKeys keys) throws IOException {
        List<Target.SlotCommand> commands = new ArrayList<>();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            commands.add(new Target.SlotCommand(slot, Command.of("DEL", keys.marker(slot))));
        }
        target.call(commands);
    }
}
