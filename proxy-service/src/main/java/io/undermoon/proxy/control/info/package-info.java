/**
 * {@code INFO} and {@code SLOWLOG}: reports of the proxy about itself.
 */
@NullMarked
package io.undermoon.proxy.control.info;

import org.jspecify.annotations.NullMarked;
