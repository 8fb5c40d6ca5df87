package io.undermoon.proxy.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undermoon.config.InvalidSettingException;
import io.undermoon.proxy.client.OutsideAddresses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.logging.Logger;

/** The file with the addresses that clients from outside are told. Thread-safe; each call reads all of it. */
public final class OutsideAddressesFile {
    private static final Logger LOG = Logger.getLogger(OutsideAddressesFile.class);

    private final Path path;
    private final OutsideAddresses addresses;
    private String seen = "";

    OutsideAddressesFile(Path path, OutsideAddresses addresses) {
        this.path = path;
        this.addresses = addresses;
    }

    /** Reads it for the first time; refuses one that is not there or has a mistake. */
    synchronized OutsideAddressesFile load() {
        try {
            take(Files.readString(path, UTF_8));
            return this;
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidSettingException("external.addresses_file", path, reason(e));
        }
    }

    /** Takes it if it has changed. A mistake changes nothing and is logged once. */
    public synchronized void poll() {
        try {
            String text = Files.readString(path, UTF_8);
            if (!text.equals(seen)) {
                take(text);
                LOG.infof("External addresses loaded: file=%s addresses=%d", path, addresses.size());
            }
        } catch (IOException | IllegalArgumentException e) {
            String reason = reason(e);
            if (!reason.equals(seen)) {
                seen = reason;
                LOG.warnf("External addresses stay as they are: file=%s reason=%s", path, reason);
            }
        }
    }

    private void take(String text) {
        addresses.replace(text);
        seen = text;
    }

    private static String reason(Exception e) {
        return e instanceof IOException ? "it cannot be read: " + e : String.valueOf(e.getMessage());
    }
}
