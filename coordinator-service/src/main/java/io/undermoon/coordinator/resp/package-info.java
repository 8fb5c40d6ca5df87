/**
 * The little of RESP that control connections need: bounded reading and writing of RESP2 values over a ByteBuf. Imports no other
 * room of this service.
 */
@NullMarked
package io.undermoon.coordinator.resp;

import org.jspecify.annotations.NullMarked;
