package io.undermoon.proxy.config;

import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.backend.BackendSettings;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what at a proxy.
 *
 * @param password of the user default; absent when it needs none
 * @param file of users; absent when there is none
 * @param fileInterval how often the file is looked at for changes; zero for never
 * @param controlSecret for control commands; absent when they need none
 */
public record AccessSettings(
        @Nullable String password,
        @Nullable Path file,
        Duration fileInterval,
        @Nullable String controlSecret) {

    static AccessSettings of(ProxyConfig config) {
        return new AccessSettings(
                config.password().orElse(null),
                config.usersFile().map(Path::of).orElse(null),
                ConfigChecks.notNegative("users_file_interval", config.usersFileInterval()),
                config.controlSecret().orElse(null));
    }

    /** How this proxy logs in to others, which have the same configuration. */
    static BackendSettings.Login peerLogin(ProxyConfig config) {
        return config.controlSecret()
                .map(secret -> new BackendSettings.Login(AccessControl.CONTROL_USER, secret))
                .orElseGet(
                        () -> new BackendSettings.Login(null, config.password().orElse(null)));
    }

    /** Never shows the secrets. */
    @Override
    public String toString() {
        return "AccessSettings[file=" + file + "]";
    }
}
