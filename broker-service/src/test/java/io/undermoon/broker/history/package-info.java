/**
 * A check that the metadata of several brokers over one storage is linearisable while everything is killed and paused.
 */
@NullMarked
package io.undermoon.broker.history;

import org.jspecify.annotations.NullMarked;
