package io.sensormeter.ledger;

import io.sensormeter.meter.Hour;
import java.math.BigDecimal;
import java.util.List;

/**
 * What one capture gave.
 *
 * @param reports rows written, rejected ones included
 * @param rejected how many of them cannot be billed
 * @param total sum of the values of the others
 * @param estimated a gauge among them was read from the present state, too long after the hour
 */
public record Captured(
    Hour hour,
    int reports,
    int rejected,
    BigDecimal total,
    boolean estimated,
    List<OfMeter> meters) {

  /**
   * The share of a meter, declared or not.
   *
   * @param billed false = in shadow: no report of it is sent
   */
  public record OfMeter(
      String meter, boolean billed, int reports, int rejected, BigDecimal total) {}

  static Captured of(Hour hour, boolean estimated, List<OfMeter> meters) {
    return new Captured(
        hour,
        meters.stream().mapToInt(OfMeter::reports).sum(),
        meters.stream().mapToInt(OfMeter::rejected).sum(),
        meters.stream().map(OfMeter::total).reduce(BigDecimal.ZERO, BigDecimal::add),
        estimated,
        meters);
  }
}
