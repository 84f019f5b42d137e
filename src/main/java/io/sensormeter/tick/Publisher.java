package io.sensormeter.tick;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.Publications;
import io.sensormeter.ledger.Publications.Claim;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import io.sensormeter.queue.BatchSender;
import io.sensormeter.queue.CopyFormat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Publishes pending reports, newest hour first. */
public final class Publisher {

  /** What is left for noting how far it got, measuring and the summary. */
  public static final Duration RESERVE = Duration.ofSeconds(20);

  /** Copies read, sent and noted at once: a few megabytes. */
  private static final int PAGE = 10_000;

  /** How long an hour stays with a publisher that no longer says how far it is. */
  private static final Duration CLAIM = Duration.ofMinutes(2);

  private static final Duration POLL = Duration.ofMillis(500);

  private final Publications publications;
  private final ReadOnly reads;
  private final BatchSender queue;
  private final Time time;
  private final Executor executor;

  public Publisher(
      Publications publications, ReadOnly reads, BatchSender queue, Time time, Executor executor) {
    this.publications = publications;
    this.reads = reads;
    this.queue = queue;
    this.time = time;
    this.executor = executor;
  }

  /** The publishing of one invocation. */
  public Run begin(Deadline deadline) {
    return new Run(deadline);
  }

  /**
   * Publishes until little time is left or the queue refuses. Then it is stopped: it publishes
   * nothing more, and what it has not published stays pending in the ledger.
   */
  public final class Run {

    private final Deadline deadline;
    private int hourCopies;
    private int overdueCopies;
    private @Nullable String stopped;

    private Run(Deadline deadline) {
      this.deadline = deadline;
    }

    /** Copies of hours published for the first time, as far as SQS has taken them. */
    public int hourCopies() {
      return hourCopies;
    }

    /** Copies published because no earlier one can still be sent. */
    public int overdueCopies() {
      return overdueCopies;
    }

    /** What was not published and why, and what happens next; empty unless stopped. */
    public Optional<String> stopped() {
      return Optional.ofNullable(stopped);
    }

    /** Publishes captured hours that nobody has published or is publishing, until there is none. */
    public void hours() {
      while (stopped == null) {
        if (deadline.isWithin(RESERVE)) {
          stopped = "hours may be unpublished: little time is left";
          return;
        }
        Optional<Claim> claim = publications.claim(time.now(), time.now().plus(CLAIM));
        if (claim.isEmpty()) {
          return;
        }
        hour(claim.get());
      }
    }

    /**
     * As {@link #hours}, and waits for the hours that others are publishing: a publisher that was
     * killed still has its hour, and nobody else may say that it is published. Once its claim ends,
     * this one goes on from where it stopped.
     */
    public void finishHours() {
      hours();
      while (stopped == null) {
        List<Hour> unpublished = Publications.unpublishedHours(reads, time.now());
        if (unpublished.isEmpty()) {
          return;
        }
        if (deadline.isWithin(RESERVE.plus(POLL)) || !time.sleep(POLL)) {
          stopped =
              unpublished.getFirst()
                  + " is still being published by another invocation; should that one have died,"
                  + " the next tick goes on from where it stopped";
          return;
        }
        hours();
      }
    }

    /** Publishes again what has no outcome though every copy has expired. */
    public void sweep() {
      if (stopped == null) {
        Publications.overdue(reads, time.now()).keySet().forEach(hour -> overdue(hour, null));
      }
    }

    /**
     * Publishes overdue reports of an hour.
     *
     * @param organizationId only this organization's; null = all
     */
    public void overdue(Hour hour, @Nullable String organizationId) {
      while (stopped == null) {
        if (deadline.isWithin(RESERVE)) {
          stopped = "overdue reports of " + hour + ": little time is left; the next tick goes on";
          return;
        }
        List<Copy> page = publications.takeOverdue(hour, organizationId, time.now(), PAGE);
        if (page.isEmpty()) {
          return;
        }
        BatchSender.Sent sent = send(page);
        overdueCopies += sent.acknowledged();
        if (sent.failure() != null) {
          stopped =
              "%d overdue report(s) of %s: %s; left pending until %s, then a tick publishes them again"
                  .formatted(
                      page.size() - sent.acknowledged(),
                      hour,
                      sent.failure(),
                      page.getFirst().sendBefore());
        }
      }
    }

    private void hour(Claim claimed) {
      Claim claim = claimed;
      List<Copy> page = publications.page(claim, PAGE);
      while (!page.isEmpty()) {
        if (deadline.isWithin(RESERVE)) {
          stop(claim, "little time is left");
          return;
        }
        List<Copy> sending = page;
        CompletableFuture<BatchSender.Sent> send =
            CompletableFuture.supplyAsync(() -> send(sending), executor);
        // Read on while the page is under way; it is sent only if all before it was taken.
        page = readOn(claim.behind(page.getLast()), send);
        BatchSender.Sent sent = send.join();
        hourCopies += sent.acknowledged();
        if (sent.prefix() > 0) {
          Optional<Claim> advanced =
              publications.advance(claim, sending.get(sent.prefix() - 1), time.now().plus(CLAIM));
          if (advanced.isEmpty()) {
            // It took longer than a claim lasts; who took over sends the rest, and knows the
            // prefix.
            return;
          }
          claim = advanced.get();
        }
        if (sent.failure() != null) {
          stop(claim, sent.failure());
          return;
        }
      }
      publications.release(claim, true, time.now());
    }

    /** Whatever happens here, no request to the queue is left running. */
    private List<Copy> readOn(Claim claim, CompletableFuture<BatchSender.Sent> send) {
      try {
        return publications.page(claim, PAGE);
      } catch (RuntimeException e) {
        send.join();
        throw e;
      }
    }

    private BatchSender.Sent send(List<Copy> page) {
      return queue.send(page, CopyFormat::encode, deadline);
    }

    private void stop(Claim claim, String why) {
      publications.release(claim, false, time.now());
      stopped =
          "%s is published up to %s: %s; the next tick goes on from there, with copies that expire at %s"
              .formatted(claim.hour(), claim.after(), why, claim.sendBefore());
    }
  }
}
