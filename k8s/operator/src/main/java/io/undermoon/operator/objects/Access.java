package io.undermoon.operator.objects;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** The Secret with what services prove to each other and to the broker; made once, and kept. */
public final class Access {
    /** The account of coordinators and proxies. */
    public static final String SERVICES_TOKEN = "token";

    /** The account of the operator. */
    public static final String ADMIN_TOKEN = "admin-token";

    public static final String ACCOUNTS = "accounts";
    public static final String CONTROL_SECRET = "control-secret";

    private static final int BYTES = 32;

    private Access() {}

    public static Map<String, String> generated(SecureRandom random) {
        String services = secret(random);
        String admin = secret(random);
        Map<String, String> values = new TreeMap<>();
        values.put(SERVICES_TOKEN, services);
        values.put(ADMIN_TOKEN, admin);
        values.put(CONTROL_SECRET, secret(random));
        values.put(
                ACCOUNTS, "services operator #" + Digest.of(services) + "\noperator admin #" + Digest.of(admin) + "\n");
        return values;
    }

    private static String secret(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
