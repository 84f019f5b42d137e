package io.sensormeter.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sensormeter.inspection.ReportRow;
import io.sensormeter.inspection.ReportRowBuilder;
import io.sensormeter.lambda.Fields;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.ledger.Verifications;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a person is told of a report in each of its states, word for word. */
final class ExplanationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Hour HOUR = ReportRowBuilder.HOUR;
  private static final Instant NOW = Instant.parse("2026-11-15T16:01:00Z");
  private static final Instant DAY_LATER = HOUR.start().plusSeconds(86_400);
  private static final Instant GONE = Instant.parse("2026-11-14T13:55:00Z");
  private static final String MISSING = "resource_missing";

  private final Map<String, String> told = new LinkedHashMap<>();
  private final Set<ReportStatus> states = new TreeSet<>();

  @Test
  void everyStateIsToldWordForWord() throws IOException {
    notEnded();
    billed();
    refused();
    givenUp();
    discrepancies();

    assertThat(states).containsExactly(ReportStatus.values());
    String all =
        told.entrySet().stream()
            .map(each -> "# " + each.getKey() + "\n" + each.getValue())
            .collect(Collectors.joining("\n\n", "", "\n"));
    assertThat(all).isEqualTo(golden());
  }

  private void notEnded() {
    tell("in shadow after its meter went live", of(ReportStatus.SHADOW).neverSent());
    told.put(
        "in shadow before its meter went live",
        text(of(ReportStatus.SHADOW).neverSent().row(), HOUR.plusHours(1), null, NOW));
    told.put(
        "in shadow, too old",
        text(
            of(ReportStatus.SHADOW).neverSent().row(),
            HOUR,
            null,
            DAY_LATER.plusSeconds(34 * 86_400)));
    tell("pending, not published", of(ReportStatus.PENDING).neverSent());
    tell("pending, a copy under way", of(ReportStatus.PENDING).sendBefore(NOW.plusSeconds(60)));
    tell("pending, its copies expired", of(ReportStatus.PENDING).sendBefore(GONE));
    told.put(
        "pending, its meter stopped",
        text(of(ReportStatus.PENDING).neverSent().row(), HOUR, "its formula is last", NOW));
    tell(
        "pending, held",
        of(ReportStatus.PENDING)
            .kind(MeterKind.SUM)
            .revision(1, "the customer was restored")
            .neverSent()
            .held(1));
  }

  private void billed() {
    tell("accepted", of(ReportStatus.ACCEPTED));
    tell("accepted, a duplicate", of(ReportStatus.ACCEPTED).duplicate());
    tell("accepted, absent", of(ReportStatus.ACCEPTED).seen("0", 1));
    tell(
        "accepted, absent on an additive meter",
        of(ReportStatus.ACCEPTED).kind(MeterKind.SUM).seen("0", 2));
    tell("accepted, suspected", of(ReportStatus.ACCEPTED).suspect());
    tell("accepted late, estimated", of(ReportStatus.ACCEPTED).readAt(DAY_LATER).late());
    tell(
        "accepted, a refused zero",
        of(ReportStatus.ACCEPTED).value(0L).failed(null, "zero_refused", null));
    tell(
        "accepted, a flow",
        of(ReportStatus.ACCEPTED).meter("readings", MeterKind.SUM).at(HOUR.plusHours(1), HOUR));
    tell("accepted, a last meter", of(ReportStatus.ACCEPTED).kind(MeterKind.LAST));
    tell("verified", of(ReportStatus.VERIFIED).seen("17", 2));
    tell("replaced", of(ReportStatus.REPLACED).failed("answer", MISSING, "No such customer"));
    tell("replaced, and accepted afterwards", of(ReportStatus.REPLACED));
    tell("replaced, seen absent", of(ReportStatus.REPLACED).seen("0", 2));
  }

  private void refused() {
    tell(
        "rejected by capture",
        of(ReportStatus.REJECTED)
            .neverSent()
            .failed(
                "capture",
                "customer_shared",
                "Stripe customer cus_1 is already live for organization o-2 in this hour"));
    tell(
        "rejected by capture for its value",
        of(ReportStatus.REJECTED)
            .neverSent()
            .value(null)
            .failed("capture", "value_negative", "the source gave the value -1"));
    tell(
        "rejected by Stripe's answer",
        of(ReportStatus.REJECTED).failed("answer", MISSING, "No such customer"));
    tell(
        "rejected by Stripe's answer on an additive meter",
        of(ReportStatus.REJECTED)
            .kind(MeterKind.SUM)
            .failed("answer", MISSING, "No such customer"));
    tell(
        "rejected by Stripe's report",
        of(ReportStatus.REJECTED).failed("report", "meter_event_customer_not_found", null));
    told.put(
        "rejected, too old",
        text(
            of(ReportStatus.REJECTED).failed("answer", MISSING, null).row(),
            HOUR,
            null,
            DAY_LATER.plusSeconds(34 * 86_400)));
    tell(
        "rejected, acknowledged",
        of(ReportStatus.REJECTED)
            .failed("answer", MISSING, null)
            .acknowledged("ann", "invoice item in_1"));
  }

  private void givenUp() {
    tell("unresolved", of(ReportStatus.UNRESOLVED).kind(MeterKind.SUM).ended(DAY_LATER));
    tell(
        "superseded",
        of(ReportStatus.SUPERSEDED).kind(MeterKind.LAST).ended(HOUR.plusHours(1).start()));
    tell("expired", of(ReportStatus.EXPIRED).ended(HOUR.plusHours(816).start()));
  }

  private void discrepancies() {
    tell(
        "discrepancy, absent",
        of(ReportStatus.DISCREPANCY).kind(MeterKind.SUM).failed(null, "absent", null).seen("0", 2));
    tell(
        "discrepancy, differs",
        of(ReportStatus.DISCREPANCY).failed(null, "differs", "Stripe shows 16").seen("16", 1));
    tell(
        "discrepancy, differs on an additive meter",
        of(ReportStatus.DISCREPANCY)
            .kind(MeterKind.SUM)
            .failed(null, "differs", "Stripe shows 34")
            .seen("34", 1));
    tell(
        "discrepancy, customer gone",
        of(ReportStatus.DISCREPANCY).failed(null, "customer_gone", null).seen(null, 1));
    tell(
        "discrepancy, also accepted",
        of(ReportStatus.DISCREPANCY).failed(null, "also_accepted", null).seen("34", 1));
    tell(
        "discrepancy, accepted beside the live one",
        of(ReportStatus.REJECTED).failed("answer", "accepted_beside_live", null));
  }

  @Test
  void entriesOfTheJournalAreTold() {
    JournalNote note =
        new JournalNote(
            Instant.parse("2026-11-15T08:00:00Z"),
            "ann",
            "retry",
            "from 2026-11-14T13Z, to 2026-11-14T18Z, stripeCustomer cus_1",
            "2026-11-14T13Z",
            "2026-11-14T18Z",
            null,
            "cus_1",
            "active_sensors",
            6L);
    ReportRow row = made().row();

    assertThat(note.concerns(row)).isTrue();
    assertThat(note.concerns(made().customer("cus_2").row()))
        .as("a retry may change the customer")
        .isTrue();
    assertThat(note.concerns(made().at(HOUR.plusHours(6), HOUR).row())).isFalse();
    assertThat(note.concerns(made().meter("other", MeterKind.SUM).row())).isFalse();
    assertThat(note.concerns(of(ReportStatus.REJECTED).row())).as("it stands as it was").isFalse();
    assertThat(
            Explanation.of(
                    row,
                    new Explanation.Around(
                        Optional.empty(), List.of(note), Optional.empty(), Optional.empty(), NOW))
                .sentences())
        .contains(
            "At 2026-11-15T08:00:00Z ann asked for retry (from 2026-11-14T13Z, to 2026-11-14T18Z,"
                + " stripeCustomer cus_1), which changed 6 report(s).");
  }

  /** A revision, made when the note says. */
  private static ReportRowBuilder made() {
    return of(ReportStatus.ACCEPTED).revision(1, "retry by ann");
  }

  @Test
  void absentReportSaysWhyNothingIsSentAnew() {
    ReportRow row = of(ReportStatus.ACCEPTED).seen("0", 2).row();
    Explanation.Around around =
        new Explanation.Around(
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.of(new Verifications.Doubted(Hour.parse("2026-11-15T16Z"), 72, 480)),
            NOW);

    assertThat(Explanation.of(row, around).sentences())
        .contains(
            "Stripe said that it holds it, and its summaries do not show it: whether the invoice"
                + " counts 17 is not known. Repair is suspended, because the summaries are not"
                + " believed: of what was looked up in 2026-11-15T16Z, 72 of 480 was absent. It is"
                + " looked up in each tick by itself; once they are believed, and it is absent"
                + " twice, it is sent anew.");
  }

  /** What may bill is proposed as a dry run. */
  @Test
  void nothingThatIsProposedWrites() {
    assertThat(
            Arrays.stream(ReportStatus.values())
                .map(status -> explained(of(status).failed("answer", "absent", null).row()).next())
                .flatMap(List::stream)
                .toList())
        .isNotEmpty()
        .allSatisfy(next -> assertThat(Command.read(read(json(next))).writes()).isFalse());
  }

  private static ReportRowBuilder of(ReportStatus status) {
    return new ReportRowBuilder().status(status);
  }

  private void tell(String name, ReportRowBuilder builder) {
    ReportRow row = builder.row();
    states.add(row.status());
    told.put(name, text(row, HOUR, null, NOW));
  }

  private static Explanation explained(ReportRow row) {
    return Explanation.of(
        row,
        new Explanation.Around(
            Optional.of(new Explanation.MeterNote(row.meter(), HOUR, null)),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            NOW));
  }

  private static String text(
      ReportRow row,
      Hour liveFrom,
      @org.jspecify.annotations.Nullable String stopped,
      Instant now) {
    Explanation explanation =
        Explanation.of(
            row,
            new Explanation.Around(
                Optional.of(new Explanation.MeterNote(row.meter(), liveFrom, stopped)),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                now));
    List<String> lines = new ArrayList<>(explanation.sentences());
    explanation.next().forEach(next -> lines.add(json(next)));
    return String.join("\n", lines);
  }

  private record Asked(Map<String, Object> asked) {}

  private static String json(Map<String, Object> next) {
    try {
      return JSON.writeValueAsString(Fields.of(new Asked(next)).get("asked"));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> read(String json) {
    try {
      return JSON.readValue(json, new TypeReference<Map<String, Object>>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(json, e);
    }
  }

  private static String golden() throws IOException {
    try (var in =
        Objects.requireNonNull(ExplanationTest.class.getResourceAsStream("explanations.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
