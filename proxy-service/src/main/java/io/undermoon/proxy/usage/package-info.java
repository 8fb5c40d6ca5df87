/**
 * Which keys and slots clients use how much: a sample of the commands that are sent to the own nodes, counted on each
 * loop without locks or allocation. Above {@code backend} and {@code command}; knows no session and no reply format.
 */
@NullMarked
package io.undermoon.proxy.usage;

import org.jspecify.annotations.NullMarked;
