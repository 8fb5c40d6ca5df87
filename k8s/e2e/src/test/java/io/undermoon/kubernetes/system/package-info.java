/** Undermoon in the Kubernetes of the tests: what runs, what an administrator does, and what is found afterwards. */
@NullMarked
package io.undermoon.kubernetes.system;

import org.jspecify.annotations.NullMarked;
