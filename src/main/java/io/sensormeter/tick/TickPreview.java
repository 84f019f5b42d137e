package io.sensormeter.tick;

import io.sensormeter.ledger.Captured;
import io.sensormeter.meter.Hour;
import java.util.List;
import java.util.Map;

/**
 * What a tick would do.
 *
 * @param wouldCapture what each owed hour would give
 * @param wouldFail why an owed hour would not be captured
 * @param wouldSkip hours that are too old to be captured by themselves
 * @param wouldPublish captured hours whose first publishing would go on
 * @param wouldPublishAgain reports that would be published again, by hour
 * @param wouldExpire reports that would be given up as too old
 * @param wouldBecomeUnresolved reports that would be given up because nothing is known of them
 */
public record TickPreview(
    Hour tick,
    boolean dryRun,
    boolean shadow,
    List<Captured> wouldCapture,
    List<String> wouldFail,
    List<Hour> wouldSkip,
    List<Hour> wouldPublish,
    Map<Hour, Integer> wouldPublishAgain,
    int wouldExpire,
    int wouldBecomeUnresolved) {}
