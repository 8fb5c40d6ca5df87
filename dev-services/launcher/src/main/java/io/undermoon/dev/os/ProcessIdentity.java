package io.undermoon.dev.os;

/**
 * Identifies one process: a pid alone may later belong to another program.
 *
 * @param birth when the process began, in a form that only equals itself, see {@link LiveProcesses}
 */
public record ProcessIdentity(long pid, String birth) {
    public ProcessIdentity {
        if (pid <= 0 || birth.isEmpty()) {
            throw new IllegalArgumentException("pid " + pid + " born '" + birth + "' is no process");
        }
    }
}
