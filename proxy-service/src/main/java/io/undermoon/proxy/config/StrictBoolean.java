package io.undermoon.proxy.config;

import java.util.Locale;
import org.eclipse.microprofile.config.spi.Converter;

/** Reads the words the original accepts; anything else is an error instead of silently being false. */
public final class StrictBoolean implements Converter<Boolean> {
    private static final long serialVersionUID = 1L;

    @Override
    public Boolean convert(String value) {
        return switch (value.trim().toLowerCase(Locale.ROOT)) {
            case "1", "true", "on", "yes" -> Boolean.TRUE;
            case "0", "false", "off", "no" -> Boolean.FALSE;
            default ->
                throw new IllegalArgumentException("'" + value + "' is none of true, false, 1, 0, on, off, yes, no");
        };
    }
}
