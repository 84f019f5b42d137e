package io.sensormeter.verifier;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.meter.Question;
import io.sensormeter.queue.QuestionFormat;
import io.sensormeter.queue.UnreadableMessage;
import io.sensormeter.stripe.Notification;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A batch of messages, read.
 *
 * @param received how many messages there are, readable or not
 * @param items what to look up, in the order of their first message
 * @param unreadable the messages that are neither question nor notification
 */
record Batch(int received, List<Item> items, List<Unreadable> unreadable) {

  /** What one look at Stripe answers. */
  sealed interface Wanted {}

  record Asked(Question question) implements Wanted {}

  record Told(Notification notification) implements Wanted {}

  /**
   * The messages that one look answers.
   *
   * @param wanted of a question, that which is waited for longest; the others differ from it in
   *     {@code askBefore} alone
   * @param messages one or more
   */
  record Item(Wanted wanted, List<SQSMessage> messages) {

    /** Whether nobody waits for it any more. */
    boolean isExpired(Instant now) {
      return wanted instanceof Asked(Question question) && !now.isBefore(question.askBefore());
    }

    /** What it is about, for a log line. */
    String subject() {
      return switch (wanted) {
        case Asked(Question.Usage usage) ->
            "customer %s on meter %s from %s to %s"
                .formatted(usage.stripeCustomerId(), usage.meter(), usage.from(), usage.to());
        case Asked(Question.OfMeters meters) -> "meters " + String.join(", ", meters.meters());
        case Told(Notification notification) -> "event " + notification.eventId();
      };
    }

    private Item and(Item other) {
      boolean otherLasts =
          wanted instanceof Asked(Question one)
              && other.wanted instanceof Asked(Question two)
              && two.askBefore().isAfter(one.askBefore());
      return new Item(
          otherLasts ? other.wanted : wanted,
          Stream.concat(messages.stream(), other.messages.stream()).toList());
    }
  }

  record Unreadable(SQSMessage message, String reason) {}

  static Batch read(List<SQSMessage> messages) {
    Map<Wanted, Item> items = new LinkedHashMap<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (SQSMessage message : messages) {
      try {
        Wanted wanted = read(message.getBody());
        items.merge(subject(wanted), new Item(wanted, List.of(message)), Item::and);
      } catch (UnreadableMessage e) {
        unreadable.add(new Unreadable(message, String.valueOf(e.getMessage())));
      }
    }
    return new Batch(messages.size(), List.copyOf(items.values()), unreadable);
  }

  private static Wanted read(String body) throws UnreadableMessage {
    Optional<Notification> notification = Notification.read(body);
    return notification.isPresent()
        ? new Told(notification.get())
        : new Asked(QuestionFormat.decode(body));
  }

  /** Without what may differ between two that one look answers. */
  private static Wanted subject(Wanted wanted) {
    return switch (wanted) {
      case Asked(Question.Usage one) ->
          new Asked(
              new Question.Usage(
                  one.meter(),
                  one.stripeMeterId(),
                  one.organizationId(),
                  one.stripeCustomerId(),
                  one.from(),
                  one.to(),
                  Instant.EPOCH));
      case Asked(Question.OfMeters many) ->
          new Asked(new Question.OfMeters(many.meters(), Instant.EPOCH));
      case Told(Notification notification) -> new Told(notification);
    };
  }
}
