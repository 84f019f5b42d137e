package io.sensormeter.meter;

import org.jspecify.annotations.Nullable;

/**
 * A meter as Stripe shows it.
 *
 * @param id Stripe's, {@code mtr_…}
 * @param status {@code active} or {@code inactive}
 * @param formula {@code sum}, {@code count} or {@code last}
 * @param eventTimeWindow {@code hour} or {@code day}; null = every event counts
 * @param customerKey the payload's field that names the customer
 * @param valueKey the payload's field that holds the value
 */
public record StripeMeter(
    String id,
    String status,
    String formula,
    @Nullable String eventTimeWindow,
    String customerKey,
    String valueKey,
    boolean livemode) {

  public boolean isActive() {
    return status.equals("active");
  }
}
