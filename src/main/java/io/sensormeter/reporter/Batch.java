package io.sensormeter.reporter;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Identifier;
import io.sensormeter.queue.CopyFormat;
import io.sensormeter.queue.UnreadableMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A batch of messages, read and put in order.
 *
 * @param received how many messages there are, readable or not
 * @param customers per Stripe customer the reports to send, oldest hour and lowest revision first;
 *     customers in the order of their first message
 * @param unreadable the messages that are no copies
 */
record Batch(int received, List<List<Report>> customers, List<Unreadable> unreadable) {

  /**
   * The copies of one report: one call to Stripe, whose answer holds for all of them.
   *
   * @param copy the one that may be sent longest; the others differ from it in {@code sendBefore}
   *     alone
   * @param messages one or more
   */
  record Report(Copy copy, List<SQSMessage> messages) {

    /** Whether it may be sent no more. */
    boolean isExpired(Instant now) {
      return !now.isBefore(copy.sendBefore());
    }

    private Report and(Report other) {
      List<SQSMessage> all = new ArrayList<>(messages);
      all.addAll(other.messages);
      boolean otherLasts = other.copy.sendBefore().isAfter(copy.sendBefore());
      return new Report(otherLasts ? other.copy : copy, all);
    }
  }

  record Unreadable(SQSMessage message, String reason) {}

  private static final Comparator<Report> SENDING_ORDER =
      Comparator.comparing((Report report) -> report.copy().key().hour())
          .thenComparingInt(report -> report.copy().key().revision());

  static Batch read(List<SQSMessage> messages) {
    Map<Identifier, Report> reports = new LinkedHashMap<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (SQSMessage message : messages) {
      try {
        Copy copy = CopyFormat.decode(message.getBody());
        reports.merge(copy.identifier(), new Report(copy, List.of(message)), Report::and);
      } catch (UnreadableMessage e) {
        unreadable.add(new Unreadable(message, String.valueOf(e.getMessage())));
      }
    }
    Map<String, List<Report>> customers = new LinkedHashMap<>();
    for (Report report : reports.values()) {
      customers
          .computeIfAbsent(report.copy().stripeCustomerId(), _ -> new ArrayList<>())
          .add(report);
    }
    customers.values().forEach(customer -> customer.sort(SENDING_ORDER));
    return new Batch(messages.size(), List.copyOf(customers.values()), unreadable);
  }
}
