package io.sensormeter.bench;

import io.sensormeter.local.Option;
import io.sensormeter.local.aws.LocalSecrets;
import io.sensormeter.local.aws.LocalSqs;
import io.sensormeter.local.postgres.LocalPostgres;
import java.util.List;

/**
 * {@code mvn -q -Pbench}: every figure of docs/performance.md, or with {@code -Dfigure=NAME} one of
 * them. Compared are medians of interleaved pairs in one run, because machines differ and drift.
 */
public final class Benchmark implements AutoCloseable {
  final LocalPostgres postgres = LocalPostgres.start();
  final LocalSqs sqs = LocalSqs.start();
  final LocalSecrets secrets = LocalSecrets.start();

  private Benchmark() {}

  public static void main(String[] arguments) throws Exception {
    String figure = Option.FIGURE.text();
    try (Benchmark benchmark = new Benchmark()) {
      benchmark.run(figure);
    }
    System.exit(0);
  }

  private void run(String figure) throws Exception {
    switch (figure) {
      case "capture" -> CaptureFigure.measure(this);
      case "publish" -> PublishFigure.measure(this);
      case "report" -> ReportFigure.measure(this);
      case "memory" -> MemoryFigure.measure(this);
      case "verify" -> VerificationFigure.measure(this);
      case "pages" -> PagesFigure.measure(this);
      case "size" -> SizeFigure.measure(this);
      case "all" -> {
        for (String each :
            List.of("capture", "publish", "report", "memory", "verify", "pages", "size")) {
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
