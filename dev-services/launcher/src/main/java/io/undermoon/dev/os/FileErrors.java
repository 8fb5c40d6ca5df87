package io.undermoon.dev.os;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** The reasons of failed file operations in words; the messages of the JDK's own exceptions are often only a path. */
public final class FileErrors {
    private FileErrors() {}

    public static String reason(IOException failure) {
        if (!(failure instanceof FileSystemException file)) {
            return String.valueOf(failure.getMessage());
        }
        String reason = file.getReason();
        if (reason != null) {
            return reason.equals("Not a directory") ? "a part of the path is not a directory" : reason;
        }
        if (file instanceof AccessDeniedException) {
            return "permission denied on " + file.getFile();
        }
        if (file instanceof NoSuchFileException) {
            return file.getFile() + " does not exist";
        }
        if (file instanceof FileAlreadyExistsException || file instanceof NotDirectoryException) {
            return file.getFile() + " is not a directory";
        }
        return file.getClass().getSimpleName() + ": " + file.getMessage();
    }
}
