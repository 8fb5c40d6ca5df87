/**
 * The Redis protocol, RESP2 and RESP3, over buffers: values, a bounded incremental reader, a writer. Ground floor:
 * imports no other room and nothing but buffers; knows no command and opens no connection.
 */
@NullMarked
package io.undermoon.resp;

import org.jspecify.annotations.NullMarked;
