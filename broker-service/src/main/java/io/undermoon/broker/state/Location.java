package io.undermoon.broker.state;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a proxy runs now, which may change while a cluster uses it: failure domains that are larger than its host.
 *
 * @param zone a part of the installation that fails as one, such as an availability zone; absent if not known
 * @param machine absent if not known, or if the host is the machine
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Location(@Nullable String zone, @Nullable String machine) {
    public static final Location UNKNOWN = new Location(null, null);

    private static final int MAX_LENGTH = 253;

    /** How far two proxies are apart, the farthest first. */
    public enum Distance {
        /** In two zones. */
        ZONES,
        /** On two machines, in one zone as far as is known. */
        MACHINES,
        /** On one machine as far as is known. */
        NONE
    }

    public Location {
        requireName("zone", zone);
        requireName("machine", machine);
    }

    public Distance distance(Location other) {
        if (differ(zone, other.zone)) {
            return Distance.ZONES;
        }
        return differ(machine, other.machine) ? Distance.MACHINES : Distance.NONE;
    }

    /** Whether both are known to be on one machine. */
    public boolean isSameMachine(Location other) {
        return machine != null && machine.equals(other.machine) && !differ(zone, other.zone);
    }

    private static boolean differ(@Nullable String name, @Nullable String other) {
        return name != null && other != null && !name.equals(other);
    }

    /** The names of the domains, largest first, with an empty text for one that is not known. */
    public List<String> names() {
        return List.of(zone == null ? "" : zone, machine == null ? "" : machine);
    }

    private static void requireName(String field, @Nullable String name) {
        if (name != null
                && (name.isBlank() || name.length() > MAX_LENGTH || name.chars().anyMatch(Character::isISOControl))) {
            throw new IllegalArgumentException(
                    field + " '" + name + "' is not a name of 1 to " + MAX_LENGTH + " printable characters");
        }
    }
}
