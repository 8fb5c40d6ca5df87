/** What happens when an application with the extension is built or run: its dev services. */
@NullMarked
package io.undermoon.quarkus.deployment;

import org.jspecify.annotations.NullMarked;
