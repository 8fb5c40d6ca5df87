/**
 * Who may do what: users, their rules as Redis writes them, and the check of a command against them. Stands on {@code frame} and
 * {@code command}; knows no connection, no file and no client. Names, patterns and passwords are bytes, kept as text of ISO 8859-1.
 */
@NullMarked
package io.undermoon.proxy.acl;

import org.jspecify.annotations.NullMarked;
