/**
 * Writes container images of the services and of the command line as tars. It takes what their builds have left in
 * their {@code target} directories, and nothing of their code.
 */
@NullMarked
package io.undermoon.images;

import org.jspecify.annotations.NullMarked;
