package io.sensormeter.view;

import java.util.List;

/**
 * Page Hour: what stands in one.
 *
 * @param title as the viewer's clock shows it
 * @param label as the ledger and the commands name it
 * @param facts of its tick, label and value in turn
 * @param day the hours of its day
 * @param meters nothing captured = empty
 * @param others exceptions beyond those listed
 * @param command the same, for a person
 */
public record HourModel(
    String title,
    String label,
    String zone,
    HoursModel.Cell cell,
    String meaning,
    List<Fact> facts,
    List<HoursModel.Cell> day,
    Action before,
    Action after,
    List<MeterLine> meters,
    List<ExceptionLine> exceptions,
    String others,
    String command) {

  /** Something that is known of the hour. */
  public record Fact(String name, String value) {}

  /** Reports of a meter, by what became of them. */
  public record MeterLine(
      String meter,
      String reports,
      String verified,
      String accepted,
      String pending,
      String exceptions,
      String other,
      String units) {}

  /** An exception of the hour. */
  public record ExceptionLine(
      String organization,
      String meter,
      String status,
      String code,
      String message,
      String value,
      Action open) {}
}
