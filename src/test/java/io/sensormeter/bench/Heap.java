package io.sensormeter.bench;

import io.sensormeter.local.aws.PackagedFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the functions' heaps held after each collection, from the collector's logs. */
final class Heap {
  /** {@code GC(3) Pause Young (Allocation Failure) 68M->12M(247M) 4.2ms}. */
  private static final Pattern COLLECTION = Pattern.compile("Pause .* \\d+M->(\\d+)M\\(");

  private static final Path FOLDER = Path.of("target", "heap").toAbsolutePath();

  private Heap() {}

  /** The option of a JVM that writes its log. */
  static String logged() {
    try {
      Files.createDirectories(FOLDER);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "-Xlog:gc:file=" + FOLDER + "/%p.log";
  }

  /** A line for each instance. A flat heap holds no more in the second half than in the first. */
  static void print(Map<Function, List<PackagedFunction>> functions) {
    functions.forEach(
        (function, instances) -> {
          for (PackagedFunction instance : instances) {
            List<Integer> held = held(FOLDER.resolve(instance.pid() + ".log"));
            int half = held.size() / 2;
            System.out.printf(
                "heap      %sFunction, -Xmx%dm: %d collections, at most %d MB left, %d MB in the"
                    + " second half; the process %d MB at most%n",
                function.title(),
                function.heapMegabytes(),
                held.size(),
                most(held),
                most(held.subList(half, held.size())),
                Processor.peakMegabytes(instance.pid()));
          }
        });
  }

  private static int most(List<Integer> held) {
    return held.stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  private static List<Integer> held(Path log) {
    try {
      return Files.readAllLines(log).stream()
          .map(COLLECTION::matcher)
          .filter(Matcher::find)
          .map(collection -> Integer.valueOf(collection.group(1)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
