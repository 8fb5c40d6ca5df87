/**
 * The control grammar spoken to proxies ({@code UMCTL …}): one record per message, parsing and printing side by side.
 * Stands on {@code metadata} and {@code json}.
 */
@NullMarked
package io.undermoon.umctl;

import org.jspecify.annotations.NullMarked;
