/** {@code ACL}, and the file that stores the users. */
@NullMarked
package io.undermoon.proxy.control.acl;

import org.jspecify.annotations.NullMarked;
