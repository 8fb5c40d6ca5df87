package io.undermoon.dev.backups.store;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Which S3 is meant. Keys are those of the environment, of the files of AWS, or of the machine, as its own programs
 * find them.
 *
 * @param endpoint null for that of AWS
 * @param region null for that of the environment, or {@code us-east-1} where an endpoint is given
 */
public record S3Settings(@Nullable URI endpoint, @Nullable String region) {}
