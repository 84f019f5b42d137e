package io.sensormeter.simulation;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A standard queue of SQS: at least once, in no order, with a queue for its dead letters. */
final class SimulatedQueue {
  private final String name;
  private final int maxReceives;
  private final Duration retention;
  private final Duration visibility = Duration.ofSeconds(370);
  private final Random order;
  private final List<Message> messages = new ArrayList<>();
  private final List<Message> dead = new ArrayList<>();
  private final List<Rest> rests = new ArrayList<>();
  private long ids;

  /** A time in which nobody received. */
  private record Rest(Instant from, Instant until) {}

  private static final class Message {
    private final String id;
    private final String body;
    private final Instant sentAt;
    private final Instant arrivedAt;
    private Instant visibleAt;
    private int receives;
    private String receipt = "";

    private Message(String id, String body, Instant sentAt, Instant visibleAt) {
      this.id = id;
      this.body = body;
      this.sentAt = sentAt;
      this.arrivedAt = visibleAt;
      this.visibleAt = visibleAt;
    }
  }

  SimulatedQueue(String name, int maxReceives, Duration retention, long seed) {
    this.name = name;
    this.maxReceives = maxReceives;
    this.retention = retention;
    this.order = new Random(seed + name.hashCode());
  }

  String name() {
    return name;
  }

  String url() {
    return "http://sqs.simulated/000000000000/" + name;
  }

  /** Takes a message, visible after a delay; its id. */
  String send(String body, Instant now, Duration delay) {
    String id = name + "-" + ++ids;
    messages.add(new Message(id, body, now, now.plus(delay)));
    return id;
  }

  /** When the next message may be received. */
  @Nullable Instant nextVisible() {
    return messages.stream().map(each -> each.visibleAt).min(Instant::compareTo).orElse(null);
  }

  /** Some of the visible messages, in any order, as an event of Lambda's; null if there is none. */
  @Nullable SQSEvent receive(Instant now, int most) {
    messages.removeIf(each -> !now.isBefore(each.sentAt.plus(retention)));
    List<Message> visible =
        new ArrayList<>(messages.stream().filter(each -> !now.isBefore(each.visibleAt)).toList());
    Collections.shuffle(visible, order);
    List<SQSMessage> batch = new ArrayList<>();
    for (Message each : visible) {
      if (each.receives >= maxReceives) {
        messages.remove(each);
        dead.add(each);
      } else if (batch.size() < most) {
        each.receives++;
        each.receipt = each.id + "#" + each.receives;
        each.visibleAt = now.plus(visibility);
        batch.add(record(each));
      }
    }
    SQSEvent event = new SQSEvent();
    event.setRecords(batch);
    return batch.isEmpty() ? null : event;
  }

  private static SQSMessage record(Message message) {
    SQSMessage record = new SQSMessage();
    record.setMessageId(message.id);
    record.setReceiptHandle(message.receipt);
    record.setBody(message.body);
    record.setAttributes(Map.of("ApproximateReceiveCount", String.valueOf(message.receives)));
    return record;
  }

  /** Deletes what was received under these receipts and ids. */
  void delete(Set<String> ids) {
    messages.removeIf(each -> ids.contains(each.id));
  }

  /** Whether the receipt is of a message that is there. */
  boolean changeVisibility(String receipt, Instant visibleAt) {
    for (Message each : messages) {
      if (each.receipt.equals(receipt)) {
        each.visibleAt = visibleAt;
        return true;
      }
    }
    return false;
  }

  /** Messages become visible again, or as good as: whoever has them in work is not the only one. */
  void show(Set<String> ids, Instant at) {
    messages.stream().filter(each -> ids.contains(each.id)).forEach(each -> each.visibleAt = at);
  }

  /** The oldest message is gone, as if its time had been over. */
  boolean loseOne(Random chance) {
    return !messages.isEmpty() && messages.remove(chance.nextInt(messages.size())) != null;
  }

  /** A person moves the dead letters back; how many. */
  int redrive(Instant now) {
    List<Message> moved = List.copyOf(dead);
    dead.clear();
    moved.forEach(each -> send(each.body, now, Duration.ZERO));
    return moved.size();
  }

  /** Nobody receives in this time. */
  void rest(Instant from, Instant until) {
    Instant begin = rests.isEmpty() ? from : latest(from, rests.getLast().until());
    if (begin.isBefore(until)) {
      rests.add(new Rest(begin, until));
    }
  }

  /** How long the oldest message lies there, without the times in which nobody received. */
  Duration oldest(Instant now) {
    return messages.stream()
        .map(each -> received(each.arrivedAt, now))
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  private Duration received(Instant from, Instant now) {
    Duration all = Duration.between(from, now);
    for (Rest rest : rests) {
      Duration none =
          Duration.between(
              latest(from, rest.from()), rest.until().isBefore(now) ? rest.until() : now);
      all = none.isPositive() ? all.minus(none) : all;
    }
    return all;
  }

  private static Instant latest(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  /** How many messages lie there that were received before. */
  int received() {
    return (int) messages.stream().filter(each -> each.receives > 0).count();
  }

  int depth() {
    return messages.size();
  }

  static Set<String> ids(SQSEvent event) {
    Set<String> ids = new HashSet<>();
    event.getRecords().forEach(each -> ids.add(each.getMessageId()));
    return ids;
  }
}
