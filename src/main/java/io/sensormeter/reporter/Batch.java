package io.sensormeter.reporter;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Identifier;
import io.sensormeter.queue.CopyFormat;
import io.sensormeter.queue.UnreadableMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A batch of messages, read and put in order.
 *
 * @param customers per Stripe customer the reports to send, oldest hour and lowest revision first;
 *     customers in the order of their first message
 * @param unreadable the messages that are no copies
 */
record Batch(List<List<ReportCopies>> customers, List<Unreadable> unreadable) {

  record Unreadable(SQSMessage message, String reason) {}

  private static final Comparator<ReportCopies> SENDING_ORDER =
      Comparator.comparing((ReportCopies report) -> report.copy().key().hour())
          .thenComparingInt(report -> report.copy().key().revision());

  static Batch read(List<SQSMessage> messages) {
    Map<Identifier, ReportCopies> reports = new LinkedHashMap<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (SQSMessage message : messages) {
      try {
        Copy copy = CopyFormat.decode(message.getBody());
        reports.merge(copy.identifier(), new ReportCopies(copy, List.of(message)), Batch::joined);
      } catch (UnreadableMessage e) {
        unreadable.add(new Unreadable(message, String.valueOf(e.getMessage())));
      }
    }
    return new Batch(byCustomer(reports), unreadable);
  }

  private static ReportCopies joined(ReportCopies one, ReportCopies other) {
    List<SQSMessage> messages = new ArrayList<>(one.messages());
    messages.addAll(other.messages());
    boolean otherLasts = other.copy().sendBefore().isAfter(one.copy().sendBefore());
    return new ReportCopies(otherLasts ? other.copy() : one.copy(), messages);
  }

  private static List<List<ReportCopies>> byCustomer(Map<Identifier, ReportCopies> reports) {
    Map<String, List<ReportCopies>> customers = new LinkedHashMap<>();
    for (ReportCopies report : reports.values()) {
      customers
          .computeIfAbsent(report.copy().stripeCustomerId(), customer -> new ArrayList<>())
          .add(report);
    }
    for (List<ReportCopies> customer : customers.values()) {
      customer.sort(SENDING_ORDER);
    }
    return List.copyOf(customers.values());
  }
}
