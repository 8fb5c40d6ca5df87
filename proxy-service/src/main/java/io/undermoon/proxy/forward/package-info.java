/**
 * Where commands go and how they get there: the router decides, the forwarders send to nodes and peers on the
 * connection that keeps a session in order, and answer what is not sent. Knows no family of commands.
 */
@NullMarked
package io.undermoon.proxy.forward;

import org.jspecify.annotations.NullMarked;
