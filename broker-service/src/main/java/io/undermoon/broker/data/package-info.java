/**
 * The data of clusters, as people at the console see and change it: each request is carried out on connections to
 * proxies of the cluster that it opens with the name and password of one of the cluster's users, so that the rules of
 * that user decide. An adapter; knows no metadata, only which proxies a cluster has. Uses {@code client},
 * {@code resp} and {@code rediscli}; used by {@code rest}.
 */
@NullMarked
package io.undermoon.broker.data;

import org.jspecify.annotations.NullMarked;
