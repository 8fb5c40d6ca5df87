package io.undermoon.umctl;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.PastUse;
import io.undermoon.metadata.Tenancy;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Tenancy} as words of the flags argument of {@code SETREPL}, where proxies that do not know them, such as the
 * original's, ignore them:
 *
 * <pre>
 * INSTALLATION=&lt;id&gt;[,CLUSTER=&lt;id&gt;]
 *     [,PAST=&lt;cluster id&gt;@&lt;epoch&gt;]…[,OPEN=&lt;cluster id&gt;@&lt;epoch&gt;]…
 * </pre>
 */
final class TenancyWords {
    private static final String INSTALLATION = "INSTALLATION=";
    private static final String CLUSTER = "CLUSTER=";
    private static final String PAST = "PAST=";
    private static final String OPEN = "OPEN=";
    private static final Pattern ID = Pattern.compile("[0-9A-Za-z]{1,64}");
    private static final Pattern PAST_USE = Pattern.compile("([0-9A-Za-z]{1,64})@([0-9]{1,19})");

    private TenancyWords() {}

    static List<String> print(@Nullable Tenancy tenancy) {
        List<String> words = new ArrayList<>();
        if (tenancy != null) {
            words.add(INSTALLATION + tenancy.installationId());
            if (tenancy.clusterId() != null) {
                words.add(CLUSTER + tenancy.clusterId());
            }
            tenancy.pastUses().forEach(use -> words.add(PAST + print(use)));
            tenancy.openUses().forEach(use -> words.add(OPEN + print(use)));
        }
        return words;
    }

    private static String print(PastUse use) {
        return use.clusterId() + "@" + use.until();
    }

    /**
     * @param flags the whole flags argument
     * @throws UmctlSyntaxException if one of the words has no such value
     */
    static @Nullable Tenancy parse(String flags) {
        String installation = null;
        String cluster = null;
        List<PastUse> pastUses = new ArrayList<>();
        List<PastUse> openUses = new ArrayList<>();
        for (String word : flags.split(",", -1)) {
            if (word.startsWith(INSTALLATION)) {
                installation = id(word.substring(INSTALLATION.length()));
            } else if (word.startsWith(CLUSTER)) {
                cluster = id(word.substring(CLUSTER.length()));
            } else if (word.startsWith(PAST)) {
                pastUses.add(pastUse(word.substring(PAST.length())));
            } else if (word.startsWith(OPEN)) {
                openUses.add(pastUse(word.substring(OPEN.length())));
            }
        }
        return installation == null ? null : new Tenancy(installation, cluster, pastUses, openUses, null);
    }

    private static String id(String text) {
        if (!ID.matcher(text).matches()) {
            throw new UmctlSyntaxException("'" + text + "' is not an id of letters and digits");
        }
        return text;
    }

    private static PastUse pastUse(String text) {
        Matcher matcher = PAST_USE.matcher(text);
        try {
            if (matcher.matches()) {
                return new PastUse(matcher.group(1), new Epoch(Long.parseLong(matcher.group(2))));
            }
        } catch (NumberFormatException e) {
            // 19 digits may be more than a long has.
        }
        throw new UmctlSyntaxException("'" + text + "' is not <cluster id>@<epoch>");
    }
}
