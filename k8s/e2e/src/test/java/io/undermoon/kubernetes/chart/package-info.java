/** The chart as text: its values, their description, and what helm makes of it. */
@NullMarked
package io.undermoon.kubernetes.chart;

import org.jspecify.annotations.NullMarked;
