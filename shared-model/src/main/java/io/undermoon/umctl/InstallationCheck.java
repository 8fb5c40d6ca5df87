package io.undermoon.umctl;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The step of each login to a proxy that comes after the proof of the control secret, if there is one: the caller says
 * to which installation it belongs, and a proxy of another one refuses it from then on.
 *
 * <pre>
 * caller  UMCTL INSTALLATION &lt;id&gt;
 * proxy   +OK, or -OTHER_INSTALLATION &lt;why&gt;
 * </pre>
 *
 * A proxy that does not know its installation yet says {@code +OK}, and looks again at each command that follows.
 * Proxies of the original, and of ours before this step, answer with another error and are used.
 */
public final class InstallationCheck {
    /** The sub-command of {@code UMCTL}. */
    public static final String SUBCOMMAND = "INSTALLATION";

    private static final String CODE = "OTHER_INSTALLATION";

    private InstallationCheck() {}

    /** The command of a caller. */
    public static List<String> command(String installationId) {
        return List.of("UMCTL", SUBCOMMAND, installationId);
    }

    /** Whether an error says that the proxy belongs to another installation. */
    public static boolean isRefusal(String error) {
        return error.startsWith(CODE + " ");
    }

    /**
     * The error for a caller, or for metadata, of another installation than that of the proxy; empty if one of both is
     * not known.
     *
     * @param proxy for the text
     * @param own installation of the proxy
     * @param what is refused, for the text
     */
    public static Optional<String> refusal(Object proxy, @Nullable String own, String what, @Nullable String other) {
        return own == null || other == null || own.equals(other)
                ? Optional.empty()
                : Optional.of(
                        CODE + " proxy " + proxy + " belongs to installation " + own + ", " + what + " to " + other);
    }
}
