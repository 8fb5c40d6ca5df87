package io.undermoon.dev.check;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.resp.RespValue;
import java.util.Optional;

/** Where stored data is read: on the masters, or on one replica of each. */
public interface View {
    /**
     * @param key decides which node is asked
     * @return empty if it cannot be read here, which is a finding already, or is not to be had
     */
    Optional<RespValue> read(String key, Command command);

    default Optional<RespValue> read(String key, Object... command) {
        return read(key, Command.of(command));
    }
}
