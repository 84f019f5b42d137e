package io.sensormeter.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.model.billing.Meter;
import com.stripe.model.billing.MeterEventSummary;
import com.stripe.net.RequestOptions;
import com.stripe.param.billing.MeterEventSummaryListParams;
import com.stripe.param.billing.MeterEventSummaryListParams.ValueGroupingWindow;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Question;
import io.sensormeter.stripe.ReadAnswer.What;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What Stripe has counted of a customer on a meter, hour by hour. Thread-safe. */
public final class MeterSummaries {

  private static final long HOUR_SECONDS = Duration.ofHours(1).toSeconds();

  /** Far more than an event's value can have; beyond it a number is no usage. */
  private static final int DIGITS_MAX = 100;

  private final StripeCalls calls;
  // By Stripe's id: those that the key's account was seen to have.
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  /**
   * @param calls under a key that reads meters and meter events
   */
  public MeterSummaries(StripeCalls calls) {
    this.calls = calls;
  }

  /** One hour of a customer. */
  private record Row(Hour hour, BigDecimal value) {}

  /**
   * Reads the hours of a question; an hour for which Stripe gives no row is not among the values.
   *
   * <p>"No such customer" is told only of an account that has the meter: under a key of another
   * account nobody's customers exist.
   */
  public ReadAnswer<Map<Hour, BigDecimal>> read(Question.Usage question, Turn turn) {
    return switch (Page.all(calls, after -> page(question, after), turn)) {
      case StripeCalls.Answered<List<Row>>(List<Row> rows) -> {
        known.add(question.stripeMeterId());
        yield values(rows);
      }
      case StripeCalls.Refused<List<Row>>(StripeException e) -> {
        ReadAnswer<Map<Hour, BigDecimal>> answer = StripeErrors.ofRead(e);
        yield answer instanceof ReadAnswer.Missing<Map<Hour, BigDecimal>>(What what, var _)
                && what == What.CUSTOMER
            ? confirmed(answer, question.stripeMeterId(), turn)
            : answer;
      }
      case StripeCalls.Hindered<List<Row>>(Answer.Hindrance why) -> new ReadAnswer.Hindered<>(why);
    };
  }

  private static ReadAnswer<Map<Hour, BigDecimal>> values(List<Row> rows) {
    Map<Hour, BigDecimal> values = new TreeMap<>();
    for (Row row : rows) {
      if (values.put(row.hour(), row.value()) != null) {
        return new ReadAnswer.Hindered<>(
            new Answer.NoAnswer("unreadable: an hour came twice", false, 0));
      }
    }
    return new ReadAnswer.Found<>(values);
  }

  private StripeCalls.Call<Page<Row>> page(Question.Usage question, @Nullable String after) {
    MeterEventSummaryListParams.Builder params =
        MeterEventSummaryListParams.builder()
            .setCustomer(question.stripeCustomerId())
            .setStartTime(question.from().start().getEpochSecond())
            .setEndTime(question.to().start().getEpochSecond())
            .setValueGroupingWindow(ValueGroupingWindow.HOUR)
            .setLimit(Page.LIMIT);
    if (after != null) {
      params.setStartingAfter(after);
    }
    return (client, bound) ->
        Page.of(
            client
                .v1()
                .billing()
                .meters()
                .eventSummaries()
                .list(question.stripeMeterId(), params.build(), options(bound)),
            summary -> row(question, summary));
  }

  private static Row row(Question.Usage question, MeterEventSummary summary) {
    long start = UnreadableAnswer.present("start_time", summary.getStartTime());
    long end = UnreadableAnswer.present("end_time", summary.getEndTime());
    BigDecimal value = UnreadableAnswer.present("aggregated_value", summary.getAggregatedValue());
    long first = question.from().start().getEpochSecond();
    long last = question.to().start().getEpochSecond();
    if (start < first || end > last || start % HOUR_SECONDS != 0 || end != start + HOUR_SECONDS) {
      throw new UnreadableAnswer("a summary of another time than was asked for");
    }
    String meter = summary.getMeter();
    if (meter != null && !meter.equals(question.stripeMeterId())) {
      throw new UnreadableAnswer("a summary of another meter than was asked for");
    }
    if (value.precision() > DIGITS_MAX || Math.abs((long) value.scale()) > DIGITS_MAX) {
      throw new UnreadableAnswer("field aggregated_value is no usage");
    }
    return new Row(new Hour(Instant.ofEpochSecond(start)), value);
  }

  private <T> ReadAnswer<T> confirmed(ReadAnswer<T> noCustomer, String meterId, Turn turn) {
    if (known.contains(meterId)) {
      return noCustomer;
    }
    if (!turn.take()) {
      return new ReadAnswer.Hindered<>(
          new Answer.NoAnswer("no time was left to read the meter", false, 0));
    }
    return switch (calls.make((client, bound) -> meter(client, meterId, bound))) {
      case StripeCalls.Answered<Meter> _ -> {
        known.add(meterId);
        yield noCustomer;
      }
      case StripeCalls.Refused<Meter>(StripeException e) -> StripeErrors.ofRead(e);
      case StripeCalls.Hindered<Meter>(Answer.Hindrance why) -> new ReadAnswer.Hindered<>(why);
    };
  }

  private static Meter meter(StripeClient client, String id, int bound) throws StripeException {
    Meter meter = client.v1().billing().meters().retrieve(id, options(bound));
    if (!id.equals(meter.getId())) {
      throw new UnreadableAnswer("another meter than was asked for");
    }
    return meter;
  }

  private static RequestOptions options(int bound) {
    return RequestOptions.builder().setReadTimeout(bound).build();
  }
}
