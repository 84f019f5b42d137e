package io.sensormeter.reporter;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.meter.Copy;
import java.util.List;

/**
 * The copies of one report in a batch: one call to Stripe, whose answer holds for all of them.
 *
 * @param copy the one that may be sent longest; the others differ from it in {@code sendBefore}
 *     alone
 * @param messages one or more
 */
record ReportCopies(Copy copy, List<SQSMessage> messages) {}
