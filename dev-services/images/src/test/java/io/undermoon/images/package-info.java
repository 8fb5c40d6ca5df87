@NullMarked
package io.undermoon.images;

import org.jspecify.annotations.NullMarked;
