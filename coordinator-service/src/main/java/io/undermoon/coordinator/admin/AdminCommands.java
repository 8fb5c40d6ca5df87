package io.undermoon.coordinator.admin;

import io.undermoon.coordinator.port.BrokerDirectory;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Array;
import io.undermoon.resp.RespValue.Bulk;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.resp.RespValue.Simple;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The commands of the admin port: {@code PING}, {@code CONFIG GET|SET}, {@code UMCTL DEBUG FUTURE}. Names of commands
 * and sub-commands are case-insensitive, those of fields are not. The texts of errors are those of the original.
 */
final class AdminCommands {
    private static final Simple OK = new Simple("OK");
    private static final Failure MISSING = new Failure("Missing sub argument");
    private static final char NOT_UTF8 = '\uFFFD';

    private final BrokerDirectory brokers;
    private final String reporterId;
    private final Supplier<List<String>> sessions;

    /**
     * @param sessions one line per open session, the oldest first
     */
    AdminCommands(BrokerDirectory brokers, String reporterId, Supplier<List<String>> sessions) {
        this.brokers = brokers;
        this.reporterId = reporterId;
        this.sessions = sessions;
    }

    /**
     * @param words at least the name of the command
     */
    RespValue answer(List<String> words) {
        String name = words.get(0);
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "PING" -> words.size() > 1 ? new Bulk(words.get(1)) : new Simple("PONG");
            case "CONFIG" -> config(words);
            case "UMCTL" -> umctl(words);
            default -> new Failure("ERR_COMMAND_NOT_SUPPORTED: " + name);
        };
    }

    private RespValue config(List<String> words) {
        if (words.size() < 3) {
            return MISSING;
        }
        if (words.stream().anyMatch(word -> word.indexOf(NOT_UTF8) >= 0)) {
            return new Failure("Invalid sub argument");
        }
        return switch (words.get(1).toUpperCase(Locale.ROOT)) {
            case "GET" -> get(words.get(2));
            case "SET" -> words.size() < 4 ? MISSING : set(words.get(2), words.get(3));
            default -> new Failure("Invalid config sub command: " + words.get(1).toUpperCase(Locale.ROOT));
        };
    }

    private RespValue get(String field) {
        return switch (field) {
            case "brokers" ->
                new Bulk(brokers.brokers().stream().map(HostPort::toString).collect(Collectors.joining(",")));
            case "reporter_id" -> new Bulk(reporterId);
            default -> new Failure("Invalid CONFIG field " + field);
        };
    }

    private RespValue set(String field, String value) {
        if (!field.equals("brokers")) {
            return new Failure("Invalid CONFIG SET field " + field);
        }
        try {
            brokers.replace(Arrays.stream(value.split(",", -1))
                    .map(String::strip)
                    .map(HostPort::parse)
                    .toList());
            return OK;
        } catch (IllegalArgumentException e) {
            return new Failure("Invalid CONFIG SET value for brokers: " + e.getMessage());
        }
    }

    private RespValue umctl(List<String> words) {
        if (words.size() < 3) {
            return MISSING;
        }
        if (words.get(1).equalsIgnoreCase("DEBUG") && words.get(2).equalsIgnoreCase("FUTURE")) {
            return new Array(sessions.get().stream().<RespValue>map(Bulk::new).toList());
        }
        return new Failure("Invalid sub command for UMCTL");
    }
}
