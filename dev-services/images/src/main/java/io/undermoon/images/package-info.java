/**
 * Writes container images of the services as tars. It takes what the services' builds have left in their {@code target}
 * directories, and nothing of their code.
 */
@NullMarked
package io.undermoon.images;

import org.jspecify.annotations.NullMarked;
