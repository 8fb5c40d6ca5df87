package io.undermoon.dev.imports.engine;

import io.undermoon.dev.imports.source.Position;
import io.undermoon.metadata.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Positions of all masters of which the changes are in the destination, once its generation is closed.
 *
 * @param number counts up
 * @param generation of the changes before it
 * @param positions of the masters whose data are there as a whole; of the others a full copy is needed
 */
record Checkpoint(long number, long generation, Map<HostPort, Position> positions) {
    /** The text in the record of the import: the positions, separated by {@code ;}. */
    String text() {
        return positions.values().stream().map(Position::toString).sorted().collect(Collectors.joining(";"));
    }

    /** The positions of such text. */
    static List<Position> positions(String text) {
        List<Position> positions = new ArrayList<>();
        for (String part : text.split(";", -1)) {
            Position position = Position.parse(part);
            if (position != null) {
                positions.add(Objects.requireNonNull(position));
            }
        }
        return positions;
    }
}
