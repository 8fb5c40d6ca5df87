package io.undermoon.broker.observe;

import io.undermoon.metadata.Epoch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy has answered.
 *
 * @param epoch of the metadata that it has
 * @param ready whether it serves all slots that it should; absent if it does not tell
 * @param nodes its Redis nodes; absent if it does not tell, as proxies of the original
 */
public record ProxyAnswer(
        Epoch epoch, @Nullable Boolean ready, @Nullable List<NodeAnswer> nodes) {
    public ProxyAnswer {
        nodes = nodes == null ? null : List.copyOf(nodes);
    }

    /** Whether people have to be told at once, because the other answer says something else than other offsets. */
    boolean isOther(ProxyAnswer former) {
        return !epoch.equals(former.epoch) || !states().equals(former.states());
    }

    private String states() {
        StringBuilder states = new StringBuilder().append(ready);
        if (nodes != null) {
            nodes.forEach(node -> states.append(' ').append(node.withOffset(0)));
        }
        return states.toString();
    }
}
