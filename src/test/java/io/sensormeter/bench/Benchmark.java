package io.sensormeter.bench;

import io.sensormeter.local.aws.LocalSecrets;
import io.sensormeter.local.aws.LocalSqs;
import io.sensormeter.local.postgres.LocalPostgres;
import java.util.List;

/**
 * {@code mvn -q -Pbench}: every figure of the README, or with {@code -Dfigure=NAME} one of them.
 * Compared are medians of interleaved pairs in one run, because machines differ and drift.
 */
public final class Benchmark implements AutoCloseable {
  private static final List<String> FIGURES = List.of("capture", "publish", "report", "memory");

  final LocalPostgres postgres = LocalPostgres.start();
  final LocalSqs sqs = LocalSqs.start();
  final LocalSecrets secrets = LocalSecrets.start();

  private Benchmark() {}

  public static void main(String[] arguments) throws Exception {
    String figure = System.getProperty("figure", "all");
    if (!figure.equals("all") && !FIGURES.contains(figure)) {
      System.err.println("-Dfigure is '" + figure + "': one of " + FIGURES);
      System.exit(1);
    }
    try (Benchmark benchmark = new Benchmark()) {
      for (String each : FIGURES) {
        if (figure.equals("all") || figure.equals(each)) {
          benchmark.run(each);
        }
      }
    }
    System.exit(0);
  }

  private void run(String figure) throws Exception {
    switch (figure) {
      case "capture" -> CaptureFigure.measure(this);
      case "publish" -> PublishFigure.measure(this);
      case "report" -> ReportFigure.measure(this);
      case "memory" -> MemoryFigure.measure(this);
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
