/**
 * Moving slots from one Redis node to another: the source side copies and hands over, the destination side takes over, and what
 * is left behind is removed. Stands on {@code backend}, {@code command} and {@code topology}; knows no client.
 *
 * <p>All of it lives on one event loop of its own, so clients' loops are not disturbed and nothing here is locked.
 */
@NullMarked
package io.undermoon.proxy.migration;

import org.jspecify.annotations.NullMarked;
