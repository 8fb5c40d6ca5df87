/**
 * {@code ACL}: the users of this proxy.
 */
@NullMarked
package io.undermoon.proxy.control.acl;

import org.jspecify.annotations.NullMarked;
