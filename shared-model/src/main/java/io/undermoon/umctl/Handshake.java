package io.undermoon.umctl;

import io.undermoon.metadata.MigrationTask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The messages between the two proxies of a migration, from the source to the other proxies of the cluster when it is
 * switched, and from a broker to the source to abort it.
 *
 * <pre>
 * UMCTL PRECHECK|PRESWITCH|FINALSWITCH|SWITCHED|ABORTMIGRATION
 *     &lt;version&gt; &lt;cluster&gt; MIGRATING &lt;slots&gt; &lt;meta&gt;
 * </pre>
 *
 * @param version the version of the migration protocol. The original's is {@code mgr-0.2}: it moves keys in another
 *     way, so each side refuses the other's messages and slots do not move between proxies of both kinds
 */
public record Handshake(Step step, String version, MigrationTask task) {
    public static final String VERSION = "mgr-1.0";

    public enum Step {
        PRECHECK,
        PRESWITCH,
        FINALSWITCH,
        /** Sent to proxies that take no part: the destination has the slots. */
        SWITCHED,
        /**
         * Sent to the source only. Its replies: {@code +OK}, it will never switch the task of this epoch;
         * {@code -ALREADY_SWITCHED …}, it has switched the task; {@code -TASK_NOT_FOUND …}, it has no such task.
         */
        ABORTMIGRATION
    }

    /** The whole command, {@code UMCTL} included. */
    public List<String> toCommand() {
        List<String> out = new ArrayList<>();
        out.add("UMCTL");
        out.add(step.name());
        out.add(version);
        out.add(task.clusterName().value());
        SlotText.print(task.slotRange(), out);
        return out;
    }

    /**
     * Reads a step and the arguments that follow it.
     *
     * @throws UmctlSyntaxException if they do not follow the grammar
     */
    public static Handshake parse(String step, List<String> arguments) {
        Arguments in = new Arguments(arguments);
        String version = in.next("version");
        MigrationTask task = FinishedMigration.parse(in);
        try {
            return new Handshake(Step.valueOf(step.toUpperCase(Locale.ROOT)), version, task);
        } catch (IllegalArgumentException e) {
            throw new UmctlSyntaxException("'" + step + "' is none of " + Arrays.toString(Step.values()), e);
        }
    }
}
