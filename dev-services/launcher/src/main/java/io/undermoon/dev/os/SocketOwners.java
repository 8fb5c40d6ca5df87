package io.undermoon.dev.os;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which process of this machine is at the other end of a connection, by the tables of Linux: {@code /proc/net/tcp} has
 * the inode of each socket, {@code /proc/<pid>/fd} the sockets of a process.
 */
public final class SocketOwners {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final int LOCAL_FIELD = 1;
    private static final int REMOTE_FIELD = 2;
    private static final int INODE_FIELD = 9;

    private SocketOwners() {}

    /**
     * The pid of the one among some processes that has opened a connection to this one.
     *
     * @param accepted this end of it
     */
    public static Optional<Long> ofOtherEnd(Socket accepted, Collection<Long> pids) {
        return inode(accepted.getPort(), accepted.getLocalPort())
                .flatMap(inode -> pids.stream()
                        .filter(pid -> hasOpen(pid, "socket:[" + inode + "]"))
                        .findFirst());
    }

    /** Of the socket with these ports. */
    private static Optional<String> inode(int localPort, int remotePort) {
        String local = String.format(Locale.ROOT, ":%04X", localPort);
        String remote = String.format(Locale.ROOT, ":%04X", remotePort);
        for (Path table : TABLES) {
            try {
                for (String line : Files.readAllLines(table)) {
                    String[] fields = line.strip().split(" +");
                    if (fields[LOCAL_FIELD].endsWith(local) && fields[REMOTE_FIELD].endsWith(remote)) {
                        return Optional.of(fields[INODE_FIELD]);
                    }
                }
            } catch (IOException e) {
                // This machine has no such table.
            }
        }
        return Optional.empty();
    }

    private static boolean hasOpen(long pid, String file) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path link : open) {
                if (isLinkTo(link, file)) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // The process has ended.
        }
        return false;
    }

    private static boolean isLinkTo(Path link, String file) {
        try {
            return Files.readSymbolicLink(link).toString().equals(file);
        } catch (IOException e) {
            return false; // closed since it was listed
        }
    }
}
