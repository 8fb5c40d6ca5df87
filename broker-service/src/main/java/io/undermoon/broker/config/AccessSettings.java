package io.undermoon.broker.config;

import io.undermoon.broker.auth.AccessControl;
import io.undermoon.broker.auth.AccountsFile;
import io.undermoon.config.InvalidSettingException;
import io.undermoon.config.Loopback;
import java.nio.file.Path;

/** Makes the access control of the API from the settings. */
final class AccessSettings {
    private static final String NONE = "none";

    private AccessSettings() {}

    /**
     * @param listenHost where HTTP listens
     * @throws InvalidSettingException the accounts cannot be read, or others than this machine could call the API and
     *     nothing says who may
     */
    static AccessControl of(BrokerConfig config, String listenHost) {
        String auth = config.auth().orElse("");
        if (!auth.isEmpty() && !auth.equals(NONE)) {
            throw new InvalidSettingException("auth", auth, "expected none, or accounts_file and nothing here");
        }
        if (config.accountsFile().isPresent()) {
            if (auth.equals(NONE)) {
                throw new InvalidSettingException("auth", auth, "accounts_file is set as well; expected one of them");
            }
            return new AccessControl(read(config.accountsFile().get()));
        }
        if (auth.isEmpty() && !Loopback.isLoopback(listenHost)) {
            throw new InvalidSettingException(
                    "address",
                    listenHost,
                    "other machines reach this address, and nothing says who may call the API; set accounts_file, or"
                            + " auth=none if everybody may");
        }
        return new AccessControl(null);
    }

    private static AccountsFile read(String file) {
        try {
            return new AccountsFile(Path.of(file));
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException("accounts_file", file, String.valueOf(e.getMessage()));
        }
    }
}
