package io.undermoon.umctl;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.TaggedSlots;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of the reply to {@code UMCTL INFOMGR}: a migration that has finished and waits to be committed.
 *
 * <pre>
 * &lt;cluster&gt; MIGRATING|IMPORTING &lt;n&gt; &lt;a-b&gt; × n &lt;epoch&gt;
 *     &lt;src_proxy&gt; &lt;src_node&gt; &lt;dst_proxy&gt; &lt;dst_node&gt;
 * </pre>
 */
public final class FinishedMigration {
    private FinishedMigration() {}

    public static String print(MigrationTask task) {
        List<String> words = new ArrayList<>();
        words.add(task.clusterName().value());
        SlotText.print(task.slotRange(), words);
        return String.join(" ", words);
    }

    /**
     * Reads a line.
     *
     * @throws UmctlSyntaxException if the line does not follow the grammar, or its slots have no tag
     */
    public static MigrationTask parse(String line) {
        return parse(new Arguments(List.of(line.split(" ", -1))));
    }

    static MigrationTask parse(Arguments in) {
        ClusterName name = in.nextClusterName();
        TaggedSlots slots = SlotText.parse(in);
        if (name == null || slots.isStable() || in.hasNext()) {
            throw new UmctlSyntaxException("a migration is '<cluster> MIGRATING|IMPORTING <slots> <meta>'");
        }
        return new MigrationTask(name, slots);
    }
}
