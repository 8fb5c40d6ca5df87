package io.undermoon.umctl;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The login of the control account by challenge and response, in which caller and proxy prove to each other that they
 * know the control secret without sending it:
 *
 * <pre>
 * caller  AUTH undermoon-control challenge:1:&lt;caller nonce&gt;:&lt;address&gt;
 * proxy   +CHALLENGE &lt;proxy nonce&gt;
 * caller  AUTH undermoon-control proof:1:&lt;HMAC of the caller&gt;
 * proxy   +PROVEN &lt;HMAC of the proxy&gt;
 * </pre>
 *
 * The key of both HMAC-SHA256 is the secret; the text is the role, the address that the caller connected to, and both
 * nonces. A proxy answers for its own addresses only, so that another one that gets a challenge cannot pass it on.
 * What was sent once is of no use a second time, because each side chose a nonce.
 */
public final class ControlProof {
    private static final String CHALLENGE = "challenge:1:";
    private static final String PROOF = "proof:1:";
    private static final String CHALLENGED = "CHALLENGE ";
    private static final String PROVEN = "PROVEN ";
    private static final Pattern NONCE = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern OPENING = Pattern.compile("challenge:1:([0-9a-f]{32}):(\\S{1,300})");
    private static final int NONCE_BYTES = 16;

    private ControlProof() {}

    /** The side of a caller, for one connection. Not thread-safe. */
    public static final class Caller {
        private final String secret;
        private final String address;
        private final String nonce;
        private @Nullable String proxyNonce;

        /** @param address of the proxy as the caller reaches it, {@code host:port} */
        public Caller(String secret, String address) {
            this.secret = secret;
            this.address = address;
            this.nonce = nonce();
        }

        /** The command that begins the login. */
        public List<String> challenge() {
            return auth(CHALLENGE + nonce + ":" + address);
        }

        /**
         * The command that follows the reply to the challenge; empty if that is no nonce.
         *
         * @param reply the text of a simple string
         */
        public Optional<List<String>> proof(String reply) {
            if (!reply.startsWith(CHALLENGED)
                    || !NONCE.matcher(reply.substring(CHALLENGED.length())).matches()) {
                return Optional.empty();
            }
            proxyNonce = reply.substring(CHALLENGED.length());
            return Optional.of(auth(PROOF + hmac(secret, "caller", address, nonce, proxyNonce)));
        }

        /** Whether the reply to the proof proves that the proxy knows the secret. */
        public boolean isProven(String reply) {
            return proxyNonce != null && same(PROVEN + hmac(secret, "proxy", address, nonce, proxyNonce), reply);
        }

        private static List<String> auth(String word) {
            return List.of("AUTH", ProxyLogin.CONTROL_USER, word);
        }
    }

    /** The side of a proxy, for one login. An immutable value. */
    public static final class Challenged {
        private final String address;
        private final String callerNonce;
        private final String nonce;

        private Challenged(String address, String callerNonce) {
            this.address = address;
            this.callerNonce = callerNonce;
            this.nonce = nonce();
        }

        /** Reads the word that begins a login; empty if it is another one, such as a password. */
        public static Optional<Challenged> read(String word) {
            Matcher matcher = OPENING.matcher(word);
            return matcher.matches()
                    ? Optional.of(new Challenged(matcher.group(2), matcher.group(1)))
                    : Optional.empty();
        }

        /** The address that the caller has connected to. */
        public String address() {
            return address;
        }

        /** The text of the simple string that answers the challenge. */
        public String reply() {
            return CHALLENGED + nonce;
        }

        /** The text of the simple string that answers a right proof; empty if the proof is wrong. */
        public Optional<String> proven(String secret, String word) {
            return same(PROOF + hmac(secret, "caller", address, callerNonce, nonce), word)
                    ? Optional.of(PROVEN + hmac(secret, "proxy", address, callerNonce, nonce))
                    : Optional.empty();
        }
    }

    private static String nonce() {
        // Made each time: a native image must not contain the state of a generator.
        byte[] bytes = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static String hmac(String secret, String role, String address, String callerNonce, String proxyNonce) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            String text = String.join("\n", "undermoon-control 1", role, address, callerNonce, proxyNonce);
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HMAC-SHA256", e);
        }
    }

    /** Compares in constant time. */
    private static boolean same(String expected, String given) {
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }
}
