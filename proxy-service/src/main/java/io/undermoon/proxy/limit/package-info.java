/**
 * Limits of users and clusters, and how much of them is used. At the bottom of the proxy: imports from no other room,
 * has no thread.
 */
@NullMarked
package io.undermoon.proxy.limit;

import org.jspecify.annotations.NullMarked;
