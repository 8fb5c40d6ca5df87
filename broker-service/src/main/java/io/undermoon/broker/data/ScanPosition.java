package io.undermoon.broker.data;

import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How far a scan has come: {@code <proxy>/<cursor>} where each proxy scans the keys behind it, in the order of their
 * addresses, {@code all/<cursor>} where any of them scans the whole cluster.
 *
 * @param proxy null for any
 * @param cursor of the proxy, a number
 */
record ScanPosition(@Nullable String proxy, String cursor) {
    static final String START = "0";

    private static final String ANY = "all";
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,20}");

    /** @throws UndermoonException if it is none that was given */
    static ScanPosition parse(String text) {
        int slash = text.lastIndexOf('/');
        String number = text.substring(slash + 1);
        if (slash < 1 || !NUMBER.matcher(number).matches()) {
            throw new UndermoonException(
                    ErrorCode.INVALID_REQUEST, "cursor '" + text + "' is none that a scan has given");
        }
        String proxy = text.substring(0, slash);
        return new ScanPosition(proxy.equals(ANY) ? null : proxy, number);
    }

    ScanPosition at(String next) {
        return new ScanPosition(proxy, next);
    }

    @Override
    public String toString() {
        return (proxy == null ? ANY : proxy) + "/" + cursor;
    }
}
