/** How results are shown: tables for people, JSON and YAML for programs, colours on terminals. Knows no command. */
@NullMarked
package io.undermoon.dev.output;

import org.jspecify.annotations.NullMarked;
