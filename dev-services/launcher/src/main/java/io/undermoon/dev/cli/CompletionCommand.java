package io.undermoon.dev.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code undermoon completion}: a script for the shell. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Prints what has a shell complete commands and options.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(undermoon completion bash)",
            "  undermoon completion zsh > ~/.undermoon-completion && echo 'source ~/.undermoon-completion' >> ~/.zshrc"
        })
final class CompletionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** A shell that can run the script. */
    enum Shell {
        BASH,
        ZSH
    }

    @Parameters(index = "0", paramLabel = "SHELL", description = "bash or zsh.")
    private Shell shell = Shell.BASH;

    @Override
    public Integer call() {
        // One script for both: in zsh it loads what runs bash's completions.
        System.out.print(AutoComplete.bash("undermoon", spec.root().commandLine()));
        System.out.flush();
        return 0;
    }
}
