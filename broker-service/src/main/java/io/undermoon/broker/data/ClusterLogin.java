package io.undermoon.broker.data;

import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.umctl.ProxyLogin;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name and password of a user of a cluster, for one request; both are absent for clients that do not log in. A
 * password without a name is that of the user {@code default}.
 */
public record ClusterLogin(@Nullable String user, @Nullable String password) {
    private static final String DEFAULT_USER = "default";

    /** @throws UndermoonException if the name is that of those who operate the cluster, who may send everything */
    public ClusterLogin {
        user = user == null || user.isEmpty() ? null : user;
        password = user == null && (password == null || password.isEmpty()) ? null : password;
        if (user != null && user.equals(ProxyLogin.CONTROL_USER)) {
            throw new UndermoonException(
                    ErrorCode.CLUSTER_USER_REFUSED,
                    "'" + user + "' is no user of a cluster; log in as one of those that clients have");
        }
    }

    /** Who the proxies are told to see. */
    public String name() {
        return user == null ? DEFAULT_USER : user;
    }

    public boolean isGiven() {
        return user != null || password != null;
    }

    List<byte[]> command() {
        return List.of(bytes("AUTH"), bytes(name()), bytes(password == null ? "" : password));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A text without the password. */
    @Override
    public String toString() {
        return "ClusterLogin[" + name() + "]";
    }
}
