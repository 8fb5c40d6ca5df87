/**
 * The HTTP API: one resource per noun, each a thin translation between JSON and plans. The top floor; nothing stands on it.
 */
@NullMarked
package io.undermoon.broker.rest;

import org.jspecify.annotations.NullMarked;
