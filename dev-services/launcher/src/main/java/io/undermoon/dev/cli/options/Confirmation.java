package io.undermoon.dev.cli.options;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Has a person confirm what cannot be taken back. */
public final class Confirmation {
    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    /** Nothing was changed, because nobody has confirmed it. */
    public static final class DeclinedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DeclinedException(String message) {
            super(message);
        }
    }

    /**
     * Returns if the answer is yes.
     *
     * @throws DeclinedException it is not, or nobody can be asked
     */
    public void demand(String question) {
        if (yes) {
            return;
        }
        if (!Terminal.isInput()) {
            throw new DeclinedException("nothing was changed: '" + question + "' has to be confirmed; say --yes");
        }
        askFor(question);
    }

    /** As {@link #demand}, but where nobody can be asked it returns: for commands that scripts have always used. */
    public void demandOfPeople(String question) {
        if (!yes && Terminal.isInput()) {
            askFor(question);
        }
    }

    private static void askFor(String question) {
        System.err.print(question + " [y/N] ");
        System.err.flush();
        String answer;
        try {
            answer = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        } catch (IOException e) {
            answer = null;
        }
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
            throw new DeclinedException("nothing was changed");
        }
    }
}
