package io.sensormeter.bench;

import io.sensormeter.local.Option;
import io.sensormeter.local.aws.LocalSecrets;
import io.sensormeter.local.aws.LocalSqs;
import io.sensormeter.local.postgres.LocalPostgres;
import java.util.List;
import java.util.Map;

/**
 * {@code mvn -q -Pbench}: every figure of docs/performance.md, or with {@code -Dfigure=NAME} one of
 * them, printed and written to {@code target/bench.json}. Those that take long are measured only by
 * name: {@code growth}, {@code rehearsal}, {@code backlog}. Compared are medians of interleaved
 * pairs in one run, because machines differ and drift.
 */
public final class Benchmark implements AutoCloseable {
  /**
   * As RDS sets up an instance of 8 GB; PostgreSQL's own defaults are of a much smaller machine.
   */
  final LocalPostgres postgres =
      LocalPostgres.start(Map.of("shared_buffers", "2GB", "max_wal_size", "4GB"));

  final LocalSqs sqs = LocalSqs.start();
  final LocalSecrets secrets = LocalSecrets.start();
  final Figures figures = new Figures();

  private Benchmark() {}

  public static void main(String[] arguments) throws Exception {
    String figure = Option.FIGURE.text();
    try (Benchmark benchmark = new Benchmark()) {
      benchmark.run(figure);
      System.out.print(Plots.of(benchmark.figures.write()));
    }
    System.exit(0);
  }

  private void run(String figure) throws Exception {
    switch (figure) {
      case "capture" -> CaptureFigure.measure(this);
      case "publish" -> PublishFigure.measure(this);
      case "report" -> ReportFigure.measure(this);
      case "record" -> RecordFigure.measure(this);
      case "memory" -> MemoryFigure.measure(this);
      case "verify" -> VerificationFigure.measure(this);
      case "pages" -> PagesFigure.measure(this);
      case "size" -> SizeFigure.measure(this);
      case "hour" -> HourFigure.measure(this);
      case "cold" -> ColdFigure.measure(this);
      case "growth" -> GrowthFigure.measure(this);
      case "rehearsal" -> RehearsalFigure.measure(this);
      case "backlog" -> BacklogFigure.measure(this);
      case "all" -> {
        for (String each :
            List.of(
                "capture", "publish", "report", "record", "memory", "verify", "pages", "size",
                "hour", "cold")) {
          run(each);
        }
      }
      default -> throw new IllegalArgumentException(figure);
    }
  }

  @Override
  public void close() {
    secrets.close();
    sqs.close();
    postgres.close();
  }
}
