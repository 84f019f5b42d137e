package io.sensormeter.queue;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.MeterRefusal;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.ReportKey;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a message on the outcomes queue, version {@value #VERSION}: outcomes of one batch,
 * and the meters that Stripe refused in it. A message without refused meters is as it was before
 * there were any; a recorder of that time ignores them.
 */
public final class OutcomeFormat {

  static final int VERSION = 1;

  private static final String ACCEPTED = "accepted";
  private static final String DUPLICATE = "duplicate";
  private static final String ZERO_REFUSED = Outcome.ZeroRefused.CODE;
  private static final String REJECTED = "rejected";

  private OutcomeFormat() {}

  private record Message(
      int v,
      List<Element> outcomes,
      @JsonSetter(nulls = Nulls.SET) @Nullable List<Refusal> refusedMeters) {

    static Message of(OutcomeMessage message) {
      List<Refusal> refusals = message.refusedMeters().stream().map(Refusal::of).toList();
      return new Message(
          VERSION,
          message.outcomes().stream().map(Element::of).toList(),
          refusals.isEmpty() ? null : refusals);
    }

    OutcomeMessage read() {
      List<Refusal> refusals = refusedMeters == null ? List.of() : refusedMeters;
      return new OutcomeMessage(
          outcomes.stream().map(Element::read).toList(),
          refusals.stream().map(Refusal::read).toList());
    }
  }

  private record Refusal(String meter, String at, String message) {

    static Refusal of(MeterRefusal refusal) {
      return new Refusal(refusal.meter(), refusal.at().toString(), refusal.message());
    }

    MeterRefusal read() {
      return new MeterRefusal(meter, Messages.instant("at", at), message);
    }
  }

  private record Element(
      String hour,
      String meter,
      String organization,
      int revision,
      String at,
      @JsonSetter(nulls = Nulls.SET) @Nullable String requestId,
      String outcome,
      @JsonSetter(nulls = Nulls.SET) @Nullable String code,
      @JsonSetter(nulls = Nulls.SET) @Nullable String message) {

    static Element of(Outcome outcome) {
      return switch (outcome) {
        case Outcome.Accepted one ->
            of(outcome, one.duplicate() ? DUPLICATE : ACCEPTED, null, null);
        case Outcome.ZeroRefused one -> of(outcome, ZERO_REFUSED, null, one.message());
        case Outcome.Rejected one -> of(outcome, REJECTED, one.code(), one.message());
      };
    }

    private static Element of(
        Outcome outcome, String label, @Nullable String code, @Nullable String message) {
      ReportKey key = outcome.key();
      return new Element(
          key.hour().toString(),
          key.meter(),
          key.organizationId(),
          key.revision(),
          outcome.at().toString(),
          outcome.requestId(),
          label,
          code,
          message);
    }

    Outcome read() {
      ReportKey key = new ReportKey(Hour.parse(hour), meter, organization, revision);
      Instant instant = Messages.instant("at", at);
      return switch (outcome) {
        case ACCEPTED -> new Outcome.Accepted(key, instant, requestId, false);
        case DUPLICATE -> new Outcome.Accepted(key, instant, requestId, true);
        case ZERO_REFUSED ->
            new Outcome.ZeroRefused(key, instant, requestId, present("message", message));
        case REJECTED ->
            new Outcome.Rejected(
                key, instant, requestId, present("code", code), present("message", message));
        default -> throw new IllegalArgumentException("outcome '" + outcome + "' is unknown");
      };
    }

    private String present(String field, @Nullable String text) {
      return Messages.present(field, text, "outcome '" + outcome + "'");
    }
  }

  public static String encode(OutcomeMessage message) {
    return Messages.encode(Message.of(message));
  }

  /**
   * Reads a body.
   *
   * @throws UnreadableMessage saying what is wrong; the message must not be deleted
   */
  public static OutcomeMessage decode(@Nullable String body) throws UnreadableMessage {
    return Messages.decode(body, List.of(VERSION), Message.class, Message::read);
  }
}
