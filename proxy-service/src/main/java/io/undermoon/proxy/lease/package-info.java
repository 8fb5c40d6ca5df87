/**
 * The lease under which this proxy serves: what it is counted from, when it is over, and which replies it covers. Has
 * no threads, and clocks are given to it. Imports no other room.
 */
@NullMarked
package io.undermoon.proxy.lease;

import org.jspecify.annotations.NullMarked;
