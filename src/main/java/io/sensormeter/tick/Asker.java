package io.sensormeter.tick;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.Questions;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Question;
import io.sensormeter.queue.BatchSender;
import io.sensormeter.queue.QuestionFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks what Stripe shows. Nothing of it is noted: a question that is lost, or not answered within
 * the hour, is asked again.
 */
public final class Asker {

  /** Reads of the meters themselves, and room for a summary of more than one page. */
  private static final int OTHER_READS = 20;

  private static final int SECONDS = 3600;

  private final SchedulerSettings settings;
  private final ReadOnly reads;
  private final BatchSender queue;
  private final Time time;

  public Asker(SchedulerSettings settings, ReadOnly reads, BatchSender queue, Time time) {
    this.settings = settings;
    this.reads = reads;
    this.queue = queue;
    this.time = time;
  }

  /**
   * What was asked.
   *
   * @param questions that SQS has taken
   * @param failure why others were not; empty if all were
   */
  public record Asked(int questions, Optional<String> failure) {

    static final Asked NOTHING = new Asked(0, Optional.empty());
  }

  /** What is due at a tick, no more than can be read until the next; and what the meters are. */
  Asked ask(Hour tick, Deadline deadline) {
    Instant now = time.now();
    List<Question> questions = new ArrayList<>();
    questions.add(
        new Question.OfMeters(settings.meters().names(), Hour.floor(now).plusHours(1).start()));
    try {
      questions.addAll(Questions.due(reads, tick, settings.verifyEveryHours(), now, limit()));
    } catch (DatabaseException e) {
      // The tick goes on, and tells it: its gauges say what waits.
      return new Asked(0, Optional.of(String.valueOf(e.getMessage())));
    }
    return send(questions, deadline);
  }

  /** No more questions than can be answered within an hour. */
  public long limit() {
    return (long) settings.readsPerSecond() * SECONDS - OTHER_READS;
  }

  /** Asks these. */
  public Asked send(List<Question> questions, Deadline deadline) {
    BatchSender.Sent sent = queue.send(questions, QuestionFormat::encode, deadline);
    return new Asked(sent.acknowledged(), Optional.ofNullable(sent.failure()));
  }
}
