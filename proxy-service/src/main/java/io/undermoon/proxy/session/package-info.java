/**
 * A client's connection: ordered replies, dispatch, back-pressure. Stands on every other room but {@code server}.
 */
@NullMarked
package io.undermoon.proxy.session;

import org.jspecify.annotations.NullMarked;
