/**
 * The settings of the broker, and the beans made from them: the one place where the plain parts are wired together.
 */
@NullMarked
package io.undermoon.broker.config;

import org.jspecify.annotations.NullMarked;
