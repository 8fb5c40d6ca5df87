/**
 * The grammar of the control commands of proxies ({@code UMCTL …}): one record per message, with parsing and printing
 * in one place. Uses {@code metadata} and {@code json}.
 */
@NullMarked
package io.undermoon.umctl;

import org.jspecify.annotations.NullMarked;
