/** Programs like those of {@code dev-services/clients}, for libraries of Java that applications use with Redis. */
@NullMarked
package io.undermoon.system.application;

import org.jspecify.annotations.NullMarked;
