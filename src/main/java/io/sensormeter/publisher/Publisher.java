package io.sensormeter.publisher;

import io.sensormeter.ledger.Publications;
import io.sensormeter.ledger.Publications.Claim;
import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Hour;
import io.sensormeter.queue.Deadline;
import io.sensormeter.queue.ReportQueue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Publishes pending reports, newest hour first. Each method stops cleanly when little time is left
 * or the queue refuses, and says so; what it has not published stays pending in the ledger.
 */
public final class Publisher {

  /** Copies read, sent and noted at once: a few megabytes. */
  static final int PAGE = 10_000;

  /** How long an hour stays with a publisher that no longer says how far it is. */
  static final Duration CLAIM = Duration.ofMinutes(2);

  /** What is left for noting how far it got, measuring and the summary. */
  public static final Duration RESERVE = Duration.ofSeconds(20);

  private static final Duration POLL = Duration.ofMillis(500);

  private final Publications publications;
  private final ReportQueue queue;
  private final InstantSource clock;

  /**
   * @param clock in whole microseconds, as the ledger keeps them
   */
  public Publisher(Publications publications, ReportQueue queue, InstantSource clock) {
    this.publications = publications;
    this.queue = queue;
    this.clock = clock;
  }

  /**
   * What was published.
   *
   * @param copies messages that SQS has taken
   * @param left what was not published and why, and what happens next; null if nothing is left
   */
  public record Published(int copies, @Nullable String left) {

    public static final Published NOTHING = new Published(0, null);

    public Published plus(Published other) {
      return new Published(copies + other.copies, left == null ? other.left : left);
    }
  }

  /**
   * As {@link #publishHours}, and waits for the hours that others are publishing: a publisher that
   * was killed still has its hour, and nobody else may say that it is published. Once its claim
   * ends, this one goes on from where it stopped.
   */
  public Published finishHours(Deadline deadline) {
    Published total = publishHours(deadline);
    while (total.left() == null) {
      Optional<Hour> unpublished = publications.unpublished(clock.instant());
      if (unpublished.isEmpty()) {
        return total;
      }
      if (deadline.isWithin(RESERVE.plus(POLL)) || !pause()) {
        return total.plus(
            new Published(
                0,
                unpublished.get()
                    + " is still being published by another invocation; should that one have died,"
                    + " the next tick goes on from where it stopped"));
      }
      total = total.plus(publishHours(deadline));
    }
    return total;
  }

  private static boolean pause() {
    try {
      Thread.sleep(POLL);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Publishes captured hours that nobody has published or is publishing, until there is none. */
  public Published publishHours(Deadline deadline) {
    Published total = Published.NOTHING;
    while (total.left() == null) {
      if (deadline.isWithin(RESERVE)) {
        return total.plus(new Published(0, "hours may be unpublished: little time is left"));
      }
      Instant now = clock.instant();
      Optional<Claim> claim = publications.claim(now, now.plus(CLAIM));
      if (claim.isEmpty()) {
        return total;
      }
      total = total.plus(publishHour(claim.get(), deadline));
    }
    return total;
  }

  /** Publishes again what has no outcome though every copy has expired. */
  public Published sweep(Deadline deadline) {
    Published total = Published.NOTHING;
    for (Hour hour : publications.overdueHours(clock.instant())) {
      total = total.plus(publishOverdue(hour, null, deadline));
      if (total.left() != null) {
        return total;
      }
    }
    return total;
  }

  /**
   * Publishes overdue reports of an hour.
   *
   * @param organizationId only this organization's; null = all
   */
  public Published publishOverdue(Hour hour, @Nullable String organizationId, Deadline deadline) {
    int copies = 0;
    while (!deadline.isWithin(RESERVE)) {
      List<Copy> page = publications.takeOverdue(hour, organizationId, clock.instant(), PAGE);
      if (page.isEmpty()) {
        return new Published(copies, null);
      }
      ReportQueue.Sent sent = queue.send(page, deadline);
      copies += sent.acknowledged();
      if (sent.failure() != null) {
        return new Published(
            copies,
            "%d overdue report(s) of %s: %s; left pending until %s, then a tick publishes them again"
                .formatted(
                    page.size() - sent.acknowledged(),
                    hour,
                    sent.failure(),
                    page.getFirst().sendBefore()));
      }
    }
    return new Published(
        copies, "overdue reports of " + hour + ": little time is left; the next tick goes on");
  }

  private Published publishHour(Claim claimed, Deadline deadline) {
    Claim claim = claimed;
    int copies = 0;
    List<Copy> page = publications.page(claim, PAGE);
    while (!page.isEmpty()) {
      if (deadline.isWithin(RESERVE)) {
        return stopped(claim, copies, "little time is left");
      }
      List<Copy> sending = page;
      CompletableFuture<ReportQueue.Sent> send =
          CompletableFuture.supplyAsync(
              () -> queue.send(sending, deadline), Thread::startVirtualThread);
      // Read on while the page is under way; it is sent only if all before it was taken.
      page = readOn(claim.behind(page.getLast()), send);
      ReportQueue.Sent sent = send.join();
      copies += sent.acknowledged();
      if (sent.prefix() > 0) {
        Optional<Claim> advanced =
            publications.advance(
                claim, sending.get(sent.prefix() - 1), clock.instant().plus(CLAIM));
        if (advanced.isEmpty()) {
          // It took longer than a claim lasts; who took over sends the rest, and knows the prefix.
          return new Published(copies, null);
        }
        claim = advanced.get();
      }
      if (sent.failure() != null) {
        return stopped(claim, copies, sent.failure());
      }
    }
    publications.release(claim, true, clock.instant());
    return new Published(copies, null);
  }

  /** Whatever happens here, no request to the queue is left running. */
  private List<Copy> readOn(Claim claim, CompletableFuture<ReportQueue.Sent> send) {
    try {
      return publications.page(claim, PAGE);
    } catch (RuntimeException e) {
      send.join();
      throw e;
    }
  }

  private Published stopped(Claim claim, int copies, String reason) {
    publications.release(claim, false, clock.instant());
    return new Published(
        copies,
        "%s is published up to %s: %s; the next tick goes on from there, with copies that expire at %s"
            .formatted(
                claim.hour(),
                claim.after() == null ? "nothing" : claim.after().organizationId(),
                reason,
                claim.sendBefore()));
  }
}
