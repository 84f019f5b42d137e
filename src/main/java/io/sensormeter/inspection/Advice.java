package io.sensormeter.inspection;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.meter.Hour;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an exception means for the invoice, and the commands that help. None bills before somebody
 * has looked: what writes is proposed as a dry run, and where Stripe may hold the event it is asked
 * first.
 *
 * @param next as a person copies them
 */
public record Advice(String means, List<Map<String, Object>> next) {

  /** Of what a person has acknowledged. */
  public static final Advice SETTLED =
      new Advice("It is settled, as the one who acknowledged it says.", List.of());

  /** Of these codes capture says that the reading itself is wrong. */
  private static final String BAD_VALUE = "value_";

  /**
   * Reports of one status and code.
   *
   * @param exception {@code discrepancy} also for what Stripe took beside the live one
   * @param by who refused them
   * @param additive a second event counts again there, or may stand last
   * @param organization null = several
   * @param value of one report; null = several
   */
  public record Case(
      ReportStatus exception,
      @Nullable String code,
      @Nullable String by,
      boolean additive,
      Hour from,
      Hour to,
      String meter,
      @Nullable String organization,
      @Nullable Long value) {

    private Map<String, Object> ask(String command, @Nullable Object... more) {
      Map<String, Object> asked = Advice.ask(command);
      put(asked, "from", newestFrom(from, to));
      put(asked, "to", to);
      put(asked, "meter", meter);
      put(asked, "organization", organization);
      for (int i = 0; i < more.length; i += 2) {
        put(asked, String.valueOf(more[i]), more[i + 1]);
      }
      return asked;
    }

    /** Of one organization all is looked at; of several, what they have in common. */
    private Map<String, Object> verify() {
      return ask("verify", "code", organization == null ? selected() : null);
    }

    private Map<String, Object> retry() {
      return ask("retry", "code", selected(), "dryRun", true);
    }

    /** By its code, or by its status where it has none. */
    private String selected() {
      return code == null ? exception.label() : code;
    }

    /** One hour, as the ledger has it. */
    private Map<String, Object> correct() {
      Map<String, Object> asked = Advice.ask("correct");
      put(asked, "hour", to);
      put(asked, "meter", meter);
      put(asked, "organization", organization);
      put(asked, "value", value);
      asked.put("reason", "<why>");
      asked.put("dryRun", true);
      return asked;
    }

    private Map<String, Object> acknowledge() {
      return ask("acknowledge", "code", selected(), "note", "<why>", "dryRun", true);
    }
  }

  /** A command takes so many hours at once. */
  private static Hour newestFrom(Hour from, Hour to) {
    Hour first = to.minusHours(SchedulerSettings.CATCH_UP_HOURS_MAX - 1L);
    return from.isBefore(first) ? first : from;
  }

  /**
   * Of what no status stands for.
   *
   * @param meter null = of all
   */
  static Map<String, Object> acknowledge(String code, @Nullable String meter, Hour from, Hour to) {
    Map<String, Object> asked = ask("acknowledge");
    put(asked, "from", newestFrom(from, to));
    put(asked, "to", to);
    put(asked, "meter", meter);
    asked.put("code", code);
    asked.put("note", "<why>");
    asked.put("dryRun", true);
    return asked;
  }

  /**
   * For exceptions.
   *
   * @param now the current hour
   */
  public static Advice of(Case of, Hour now) {
    boolean tooOld = !of.to().plusHours(SchedulerSettings.CATCH_UP_HOURS_MAX).isAfter(now);
    return switch (of.exception()) {
      case REJECTED -> tooOld ? tooOld(of) : rejected(of);
      case UNRESOLVED ->
          new Advice(
              "Whether Stripe bills it is not known: no outcome came within 24 hours, and nothing"
                  + " is sent blindly. Look first; a retry waits until Stripe was seen not to hold"
                  + " the hour.",
              List.of(of.verify(), of.retry()));
      case EXPIRED -> tooOld(of);
      case SUPERSEDED ->
          new Advice(
              "A later hour stands in its place: within a billing period that bills the same. Only"
                  + " if it is the last hour of its customer's period something is missing: bill"
                  + " that by an invoice item.",
              List.of(of.acknowledge()));
      case DISCREPANCY -> discrepancy(of);
      case SHADOW, PENDING, ACCEPTED, VERIFIED, REPLACED ->
          throw new IllegalArgumentException(of.exception() + " is no exception");
    };
  }

  private static Advice rejected(Case of) {
    boolean byCapture = "capture".equals(of.by());
    List<Map<String, Object>> next = new ArrayList<>();
    if (of.additive() && !byCapture) {
      next.add(of.verify());
    }
    next.add(of.retry());
    String waits =
        of.additive() && !byCapture
            ? " On this meter the retry waits until Stripe was seen not to hold the hour."
            : "";
    if (byCapture) {
      String value = String.valueOf(of.code()).startsWith(BAD_VALUE) ? "the source's" : "its";
      return new Advice(
          "No copy ever left, and Stripe bills nothing for it. Mend it in the application or the"
              + " source, then retry, which bills it with "
              + value
              + " value.",
          next);
    }
    return new Advice(
        "Stripe bills nothing for it. Mend what it names, then retry: a new revision with the same"
            + " value."
            + waits,
        next);
  }

  private static Advice tooOld(Case of) {
    return new Advice(
        "It is older than Stripe takes, and can be sent no more. Look whether Stripe holds it; if"
            + " not, bill it by an invoice item, then acknowledge.",
        List.of(of.verify(), of.acknowledge()));
  }

  private static Advice discrepancy(Case of) {
    return switch (String.valueOf(of.code())) {
      case "absent" ->
          new Advice(
              "Stripe said that it holds it, its summaries do not show it, and it is not billed."
                  + " Look again; then retry."
                  + (of.additive() ? " The retry waits until Stripe was seen not to hold it." : ""),
              List.of(of.verify(), of.retry()));
      case "differs" -> differs(of);
      case "customer_gone" ->
          new Advice(
              "Stripe knows the customer no more, and bills nobody. If the customer was made again,"
                  + " retry for that one.",
              List.of(
                  of.verify(),
                  of.ask("retry", "code", of.selected(), "customer", "source", "dryRun", true)));
      case "also_accepted" ->
          new Advice(
              "Stripe took a replaced revision too: it may bill the hour twice, or for two"
                  + " customers. Look at what it shows, credit what is too much, then acknowledge.",
              List.of(of.verify(), of.acknowledge()));
      case ReportStatus.ACCEPTED_BESIDE_LIVE ->
          new Advice(
              "Stripe took it after another report had been sent in its place: it may bill the hour"
                  + " twice. Look at what it shows, credit what is too much, then acknowledge.",
              List.of(of.verify(), of.acknowledge()));
      default ->
          new Advice(
              "Stripe shows something else than the ledger. Look at it, then acknowledge.",
              List.of(of.verify(), of.acknowledge()));
    };
  }

  private static Advice differs(Case of) {
    boolean correctable = !of.additive() && of.organization() != null;
    return new Advice(
        "Stripe bills the value that it shows, not the ledger's. Find out what else sends events to"
            + " this meter. "
            + (of.additive()
                ? "Credit or bill the difference in Stripe, then acknowledge."
                : "Then correct the hour, or credit the difference and acknowledge."),
        correctable
            ? List.of(of.verify(), of.correct(), of.acknowledge())
            : List.of(of.verify(), of.acknowledge()));
  }

  /** A command as a person writes it; {@link #put} adds fields. */
  public static Map<String, Object> ask(String command) {
    Map<String, Object> asked = new LinkedHashMap<>();
    asked.put("command", command);
    return asked;
  }

  public static void put(Map<String, Object> asked, String field, @Nullable Object value) {
    if (value != null) {
      asked.put(field, value);
    }
  }
}
