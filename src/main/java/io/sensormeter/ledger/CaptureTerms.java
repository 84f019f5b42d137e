package io.sensormeter.ledger;

import io.sensormeter.meter.Hour;
import java.time.Instant;
import java.util.Optional;

/**
 * How a capture is made.
 *
 * @param now when the source is read
 * @param tick the hour that the run answers for
 * @param billFrom the first event hour billed; empty = nothing is
 * @param backfill a person bills these hours, whatever was owed so far
 * @param run the invocation that captures; its retry is the same run
 * @param allowance how many copies may leave now; what exceeds them waits for a later tick
 */
public record CaptureTerms(
    Instant now, Hour tick, Optional<Hour> billFrom, boolean backfill, String run, long allowance) {

  /** A tick that bills for the first time also answers for so many hours before its own. */
  private static final int GOING_LIVE_HOURS = 23;

  /** The first hour owed if {@code tick} is the first to bill. */
  public static Hour goingLive(Hour tick, Hour billedFrom) {
    Hour oldest = tick.minusHours(GOING_LIVE_HOURS);
    return billedFrom.isBefore(oldest) ? oldest : billedFrom;
  }
}
