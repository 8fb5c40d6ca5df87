/**
 * Access control: users, their rules in the syntax of Redis ACLs, and the check of commands. Uses {@code frame} and
 * {@code command}; knows no connection, file or client. Names, patterns and passwords are bytes, kept as ISO 8859-1
 * text.
 */
@NullMarked
package io.undermoon.proxy.acl;

import org.jspecify.annotations.NullMarked;
