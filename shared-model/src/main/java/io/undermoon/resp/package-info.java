/**
 * The Redis protocol, RESP2 and RESP3, over Netty buffers: values, a bounded incremental reader, a writer. Imports no
 * other package of this module; no commands, no connections.
 */
@NullMarked
package io.undermoon.resp;

import org.jspecify.annotations.NullMarked;
