package io.undermoon.operator.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a user is to be. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
        value = "self.cluster == oldSelf.cluster",
        message = "spec.cluster cannot be changed: make another UndermoonUser for the other cluster")
@ValidationRule(
        value = "has(self.user) == has(oldSelf.user) && (!has(self.user) || self.user == oldSelf.user)",
        message = "spec.user cannot be changed: make another UndermoonUser")
public final class UndermoonUserSpec {
    @Required
    @Size(min = 1, max = 31)
    @JsonPropertyDescription("The UndermoonCluster in the same namespace.")
    public String cluster = "";

    @Size(min = 1, max = 128)
    @ValidationRule(
            value = "self.matches('^[A-Za-z0-9._@-]+$') && self != 'default' && !self.startsWith('undermoon-')",
            message = "spec.user consists of A-Z a-z 0-9 . _ @ - and is neither 'default', which is spec.auth of the"
                    + " cluster, nor begins with 'undermoon-'")
    @JsonPropertyDescription("The name to log in with; by default the name of the resource.")
    public @Nullable String user;

    @Default("true")
    @JsonPropertyDescription("Whether the user may log in.")
    public boolean enabled = true;

    @Required
    @Size(min = 1, max = 8)
    @JsonPropertyDescription("Secrets with passwords, each of which is accepted: two while a password is replaced.")
    public List<SecretKey> passwords = new ArrayList<>();

    @Default("")
    @Size(max = 4096)
    @ValidationRule(
            value = "!self.matches('(^|[ (])([>#<!]|on([ ]|$)|off([ ]|$)|nopass|resetpass|reset(["
                    + " ]|$)|limit-|resetlimits)') && !self.contains('\\n"
                    + "') && !self.contains('\\r"
                    + "')",
            message =
                    "spec.rules has rules for commands, keys and channels only, on one line: passwords, on, off, reset"
                            + " and limits are fields of their own")
    @JsonPropertyDescription(
            "ACL rules for commands, keys, channels and selectors, as in Redis: ~orders:* +@read. Without any"
                    + " the user may do nothing.")
    public String rules = "";

    @JsonPropertyDescription("What all clients of the user together may use of one proxy.")
    public Limits limits = new Limits();

    /** Limits at each proxy; 0 for none. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public static final class Limits {
        @Min(0)
        @Default("0")
        @JsonPropertyDescription("Commands per second.")
        public long commands;

        @Min(0)
        @Default("0")
        @JsonPropertyDescription("Bytes per second.")
        public long bytes;

        @Min(0)
        @Default("0")
        @JsonPropertyDescription("Connections.")
        public long connections;
    }
}
