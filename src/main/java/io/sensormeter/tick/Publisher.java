package io.sensormeter.tick;

import io.sensormeter.database.ReadOnly;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.Publications;
import io.sensormeter.ledger.Publications.Claim;
import io.sensormeter.ledger.Sweeps;
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
  private final Sweeps sweeps;
  private final ReadOnly reads;
  private final BatchSender queue;
  private final int callsPerSecond;
  private final Time time;
  private final Executor executor;

  /**
   * @param callsPerSecond of all reporters together: no more copies are live than they can send
   */
  public Publisher(
      Publications publications,
      Sweeps sweeps,
      ReadOnly reads,
      BatchSender queue,
      int callsPerSecond,
      Time time,
      Executor executor) {
    this.publications = publications;
    this.sweeps = sweeps;
    this.reads = reads;
    this.queue = queue;
    this.callsPerSecond = callsPerSecond;
    this.time = time;
    this.executor = executor;
  }

  /** How many copies may leave now. */
  public long allowance() {
    return Sweeps.allowance(reads, time.now(), callsPerSecond);
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

    /**
     * Publishes again what has no outcome though every copy has expired, newest hour first; and a
     * few probes of each meter that Stripe takes nothing of.
     */
    public void sweep() {
      if (stopped != null) {
        return;
      }
      sweeps.askFirst(time.now());
      long allowance = allowance();
      for (Hour hour : Sweeps.overdue(reads, time.now()).keySet()) {
        allowance -= overdue(hour, null, allowance);
      }
      if (stopped == null) {
        sendOverdue("probes of stopped meters", sweeps.takeProbes(time.now()));
      }
    }

    /** Publishes what of an organization's hour has no copy that can be sent. */
    public void overdue(Hour hour, String organizationId) {
      overdue(hour, organizationId, PAGE);
    }

    /** As far as {@code allowance} goes; how many were taken. */
    private long overdue(Hour hour, @Nullable String organizationId, long allowance) {
      long taken = 0;
      while (stopped == null && taken < allowance) {
        if (deadline.isWithin(RESERVE)) {
          stopped = "overdue reports of " + hour + ": little time is left; the next tick goes on";
          break;
        }
        List<Copy> page =
            sweeps.takeOverdue(hour, organizationId, time.now(), Math.min(PAGE, allowance - taken));
        if (page.isEmpty()) {
          break;
        }
        taken += page.size();
        sendOverdue("overdue report(s) of " + hour, page);
      }
      return taken;
    }

    private void sendOverdue(String what, List<Copy> page) {
      BatchSender.Sent sent = send(page);
      overdueCopies += sent.acknowledged();
      if (sent.failure() != null) {
        stopped =
            "%d %s: %s; left pending until %s, then a tick publishes them again"
                .formatted(
                    page.size() - sent.acknowledged(),
                    what,
                    sent.failure(),
                    page.getFirst().sendBefore());
      }
    }

    private void hour(Claim claimed) {
      Claim claim = claimed;
      List<Copy> page = publications.page(claim, time.now(), PAGE);
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
        return publications.page(claim, time.now(), PAGE);
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
