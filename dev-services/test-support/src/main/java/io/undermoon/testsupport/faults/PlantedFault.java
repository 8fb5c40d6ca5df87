package io.undermoon.testsupport.faults;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A guard that is taken out of a method, and the test that has to fail then. Written as one line, names of classes
 * relative to the package of the module:
 *
 * <pre>
 * migration.Barrier#isReached returns true -&gt; migration.SlotMoveIT#waits_for_commands_in_flight
 * migration.ExportTask#begin omits Connections.cut -&gt; migration.SlotMoveFailureIT
 * migration.ExportTask#begin omits Records.isLater as true -&gt; migration.SlotMoveFailureIT#the_later_decides[2]
 * </pre>
 *
 * @param className the class that is changed
 * @param method the method that is changed, all overloads of it
 * @param change one of
 *     <ul>
 *       <li>{@code returns <true|false|null|number>}
 *       <li>{@code does nothing}
 *       <li>{@code omits <Class>.<method> [as <value>]}: leaves calls of that method out, also in lambdas. Their result
 *           is the value, or the object itself where it has that type, or false, 0 or null
 *       <li>{@code takes <Class>.<constant> for <constant>}: reads another constant than the right one
 *     </ul>
 * @param testClass the class with the test
 * @param testMethod the test; null for all tests of the class
 * @param invocation which invocation of a parameterized test, from 1; 0 for all
 */
public record PlantedFault(
        String className,
        String method,
        String change,
        String testClass,
        @Nullable String testMethod,
        int invocation) {
    private static final Pattern LINE = Pattern.compile("(\\S+)#(\\S+) (.+?) -> (\\S+?)(?:#(\\w+)(?:\\[(\\d+)])?)?");

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
                parts.group(5),
                parts.group(6) == null ? 0 : Integer.parseInt(parts.group(6)));
    }

    /** Reads lines, of which empty ones and those that begin with {@code //} say nothing. */
    public static Stream<PlantedFault> parseAll(String root, String lines) {
        return lines.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("//"))
                .map(line -> parse(root, line));
    }

    @Override
    public String toString() {
        return className.substring(className.lastIndexOf('.') + 1) + "#" + method + " " + change;
    }
}
