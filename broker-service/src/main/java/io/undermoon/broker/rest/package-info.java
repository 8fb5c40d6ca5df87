/** The HTTP API: one resource per noun, each a thin translation between JSON and plans. No other package uses it. */
@NullMarked
package io.undermoon.broker.rest;

import org.jspecify.annotations.NullMarked;
