/**
 * {@code UMCTL}: the control protocol that coordinators and other proxies speak to this one.
 */
@NullMarked
package io.undermoon.proxy.control.umctl;

import org.jspecify.annotations.NullMarked;
