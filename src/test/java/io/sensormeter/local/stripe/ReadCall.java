package io.sensormeter.local.stripe;

import org.jspecify.annotations.Nullable;

/**
 * One read as it arrived, permitted and within the limits: what a script decides on.
 *
 * @param number counts the reads of this fake from 1
 * @param path such as {@code /v1/billing/meters}
 * @param customer whose summaries are read; null for other reads
 */
public record ReadCall(long number, String path, @Nullable String customer) {}
