package io.undermoon.broker.plan;

/**
 * The inputs of plans besides the metadata.
 *
 * @param nowSeconds the time of the request, Unix seconds
 * @param failureTtlSeconds how long a failure report counts, in seconds
 * @param failureQuorum how many distinct reporters make a failure; 0 for a majority of the coordinators, see
 *     {@link Coordinators}
 * @param migrationLimit how many migrations of a cluster run at a time, 0 for no limit
 */
public record PlanContext(long nowSeconds, long failureTtlSeconds, int failureQuorum, int migrationLimit) {}
