package io.undermoon.kubernetes.kubelet;

import java.util.Map;

/** References {@code $(NAME)} to environment variables in commands, arguments and values, as Kubernetes has them. */
final class Expansion {
    private Expansion() {}

    /** References to unknown variables stay, and {@code $$(NAME)} becomes {@code $(NAME)}. */
    static String expand(String text, Map<String, String> variables) {
        StringBuilder result = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            char next = at + 1 < text.length() ? text.charAt(at + 1) : 0;
            int end = next == '(' ? text.indexOf(')', at) : -1;
            if (c == '$' && next == '$') {
                result.append('$');
                at += 2;
            } else if (c == '$' && end > 0) {
                String name = text.substring(at + 2, end);
                result.append(variables.getOrDefault(name, text.substring(at, end + 1)));
                at = end + 1;
            } else {
                result.append(c);
                at++;
            }
        }
        return result.toString();
    }
}
