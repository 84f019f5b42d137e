package io.sensormeter.operator;

import io.sensormeter.lambda.Deadline;
import io.sensormeter.ledger.CaptureTerms;
import io.sensormeter.ledger.Captured;
import io.sensormeter.meter.Hour;
import io.sensormeter.tick.Publisher;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code report}: the current hour of one organization, now. */
record Report(Tools tools) {

  private record Answer(
      String command,
      boolean dryRun,
      String organization,
      Hour hour,
      boolean shadow,
      Optional<Captured> wouldCapture,
      Optional<Integer> captured,
      Optional<Integer> published,
      Optional<String> left,
      Optional<List<Standing>> standing) {}

  /** One report, as a person would ask for it. */
  private record Standing(
      String meter,
      String identifier,
      String status,
      @Nullable Long value,
      @Nullable Instant sendBefore,
      @Nullable String failureCode) {}

  /**
   * Captures and publishes; sends nothing if the organization has a report.
   *
   * @throws IllegalArgumentException if the source has no reading of it
   */
  Done answer(Command.Report command, String run, Deadline deadline) {
    Hour hour = tools.currentHour();
    String organization = command.organization();
    if (command.dryRun()) {
      tools.stack(true);
    }
    List<Standing> standing = standing(hour, organization);
    boolean complete = standsWhole(standing);
    CaptureTerms terms =
        new CaptureTerms(tools.time().now(), hour, tools.settings().billFrom(), false, run, 0);
    Optional<Captured> wouldCapture = Optional.empty();
    Publisher.Run publishing = tools.publisher().begin(deadline);
    int captured = 0;
    if (!complete && command.dryRun()) {
      Captured preview = tools.captures().preview(hour, organization, terms);
      requireReading(!standing.isEmpty() || preview.reports() > 0, organization, hour);
      wouldCapture = Optional.of(preview).filter(would -> would.reports() > 0);
    } else if (!complete) {
      Optional<Captured> now = tools.captures().organization(hour, organization, terms);
      requireReading(!standing.isEmpty() || now.isPresent(), organization, hour);
      captured = now.map(Captured::reports).orElse(0);
      publishing.overdue(hour, organization);
      standing = standing(hour, organization);
    }
    boolean previewed = wouldCapture.isPresent();
    return new Done(
        new Answer(
            "report",
            command.dryRun(),
            organization,
            hour,
            tools.settings().inShadow(hour),
            wouldCapture,
            previewed ? Optional.empty() : Optional.of(captured),
            previewed ? Optional.empty() : Optional.of(publishing.overdueCopies()),
            publishing.stopped(),
            previewed ? Optional.empty() : Optional.of(standing)),
        captured);
  }

  /** Whether each meter has its report. */
  private boolean standsWhole(List<Standing> standing) {
    return tools.settings().meters().list().stream()
        .allMatch(meter -> standing.stream().anyMatch(one -> one.meter().equals(meter.name())));
  }

  /** Every revision of the organization's reports of the hour. */
  private List<Standing> standing(Hour hour, String organizationId) {
    return tools
        .reads()
        .list(
            "reading the reports of " + organizationId,
            row ->
                new Standing(
                    row.text("meter"),
                    row.text("identifier"),
                    row.text("status"),
                    row.numberOrNull("value"),
                    row.instantOrNull("send_before"),
                    row.textOrNull("failure_code")),
            """
            select meter, identifier, status, value, send_before, failure_code
            from metering.meter_report where hour = ? and organization_id = ?
            order by meter, revision
            """,
            hour,
            organizationId);
  }

  private static void requireReading(boolean read, String organization, Hour hour) {
    if (!read) {
      throw new IllegalArgumentException(
          "organization '%s' has no reading at %s: metering.billable_readings does not name it; nothing was captured or sent"
              .formatted(organization, hour));
    }
  }
}
