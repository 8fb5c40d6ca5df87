package io.undermoon.proxy.backend;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;

/** A TLS error with a message for the operator. */
final class TlsFailure extends IOException {
    private static final long serialVersionUID = 1L;

    TlsFailure(Throwable cause) {
        super(describe(rootOf(cause)), cause);
    }

    private static Throwable rootOf(Throwable problem) {
        Throwable root = problem;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String describe(Throwable root) {
        if (root instanceof NotSslRecordException) {
            return "TLS is not spoken there";
        }
        if (root instanceof ClosedChannelException) {
            return "closed during the TLS handshake; is TLS spoken there?";
        }
        if (root instanceof SslHandshakeTimeoutException) {
            return "TLS " + root.getMessage() + "; is TLS spoken there?";
        }
        if (root instanceof GeneralSecurityException) {
            return "TLS: its certificate is not accepted: " + root.getMessage();
        }
        return "TLS: " + (root.getMessage() == null ? root.toString() : root.getMessage());
    }
}
