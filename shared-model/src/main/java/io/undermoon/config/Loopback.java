package io.undermoon.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Tells listen addresses that only this machine reaches from the others. */
public final class Loopback {
    private static final Pattern IP_ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private Loopback() {}

    /** @param host a name or an IP address without brackets; of the names, {@code localhost} alone is for loopback */
    public static boolean isLoopback(String host) {
        if (!IP_ADDRESS.matcher(host).matches()) {
            return host.equalsIgnoreCase("localhost");
        }
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
