/**
 * Limits of users and clusters, and how much of them is used. The bottom of the proxy: imports from no other room, has no
 * thread and no clock of its own.
 */
@NullMarked
package io.undermoon.proxy.limit;

import org.jspecify.annotations.NullMarked;
