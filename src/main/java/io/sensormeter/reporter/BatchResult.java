package io.sensormeter.reporter;

import java.util.List;

/**
 * What a batch came to.
 *
 * @param returnedMessageIds SQS's ids of the messages that must not be deleted
 * @param summary for the log line and the metrics
 */
public record BatchResult(List<String> returnedMessageIds, ReporterSummary summary) {}
