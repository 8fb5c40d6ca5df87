package io.undermoon.testsupport.faults;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A guard that is taken out of a method, and the test that has to fail then. Written as one line, names of classes
 * relative to the package of the module:
 *
 * <pre>
 * migration.Barrier#isReached returns true -&gt; migration.SlotMoveIT#waits_for_commands_in_flight
 * migration.ExportTask#begin omits Connections.cut -&gt; migration.SlotMoveFailureIT
 * </pre>
 *
 * @param className the class that is changed
 * @param method the method that is changed, all overloads of it
 * @param change {@code returns <true|false|null|number>}, {@code does nothing}, or {@code omits <Class>.<method>}:
 *     calls of that method are left out, and their result is false, 0 or null
 * @param testClass the class with the test
 * @param testMethod the test; null for all tests of the class
 */
public record PlantedFault(
        String className,
        String method,
        String change,
        String testClass,
        @Nullable String testMethod) {
    private static final Pattern LINE = Pattern.compile("(\\S+)#(\\S+) (.+?) -> (\\S+?)(?:#(\\S+))?");

    /**
     * Reads one line.
     *
     * @param root the package that class names are relative to
     */
    public static PlantedFault parse(String root, String line) {
        Matcher parts = LINE.matcher(line.strip());
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "'" + line + "' is not: <class>#<method> <change> -> <test class>[#<test>]");
        }
        return new PlantedFault(
                root + "." + parts.group(1),
                parts.group(2),
                parts.group(3),
                root + "." + parts.group(4),
                parts.group(5));
    }

    @Override
    public String toString() {
        return className.substring(className.lastIndexOf('.') + 1) + "#" + method + " " + change;
    }
}
