package io.sensormeter.reporter;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which customers' reports of a batch are sent next.
 *
 * @param now sent side by side, until all of their answers are there
 * @param later what waits for those answers
 * @param isProbe whether what waits is sent only if one of those answers differs from the first
 *     ones
 */
record Round(List<List<Batch.Report>> now, List<List<Batch.Report>> later, boolean isProbe) {

  /** At most so many customers, with all of their reports. */
  static Round of(List<List<Batch.Report>> left, int customers) {
    int most = Math.min(customers, left.size());
    return new Round(left.subList(0, most), left.subList(most, left.size()), false);
  }

  /**
   * While the first answers are doubted: what is too old to wait, and one report that is not,
   * rather one that was never refused: what was may be known to Stripe for ever as refused.
   *
   * @param isFirst whether nothing of the batch was sent yet; else what was is probe enough
   */
  static Round probe(
      List<List<Batch.Report>> left, boolean isFirst, FirstAnswers answers, Instant now) {
    Stream<Batch.Report> sendable =
        left.stream().flatMap(List::stream).filter(report -> isFirst && !report.isExpired(now));
    Optional<Batch.Report> probe =
        sendable.min(Comparator.comparing(report -> answers.refusalOf(report.copy()) != null));
    Predicate<Batch.Report> isSent =
        report -> !FirstAnswers.isYoung(report.copy(), now) || probe.equals(Optional.of(report));
    return new Round(only(left, isSent), only(left, isSent.negate()), true);
  }

  private static List<List<Batch.Report>> only(
      List<List<Batch.Report>> customers, Predicate<Batch.Report> which) {
    return customers.stream()
        .map(reports -> reports.stream().filter(which).toList())
        .filter(reports -> !reports.isEmpty())
        .toList();
  }
}
