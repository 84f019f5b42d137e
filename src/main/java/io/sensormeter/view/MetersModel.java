package io.sensormeter.view;

import java.util.List;

/** Page Meters: as METERS declares them, and as Stripe has them. */
public record MetersModel(Verdict verdict, List<OfMeter> meters) {

  /**
   * A meter.
   *
   * @param problem blank = none
   * @param notes what else is known of it
   */
  public record OfMeter(
      String name, String problem, List<Line> lines, List<HourModel.Fact> notes) {}

  /**
   * A property.
   *
   * @param differs whether Stripe's is not the declared one
   */
  public record Line(String property, String declared, String stripe, boolean differs) {}
}
