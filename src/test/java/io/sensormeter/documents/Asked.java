package io.sensormeter.documents;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What {@code bin/ask} did with its arguments.
 *
 * @param code of its exit
 * @param out what it printed as the answer
 * @param problem what it said went wrong
 */
record Asked(int code, String out, String problem) {

  /**
   * Runs it.
   *
   * @param first a folder that comes before the others of the path
   */
  static Asked ask(Path first, Map<String, String> environment, String... arguments) {
    assumeTrue(isOnThePath("python3"), "python3 is not installed");
    // A version manager's python3 is a script, which puts folders of its own before ours.
    String python = run(Map.of(), "python3", "-c", "import sys; print(sys.executable)").out();
    Map<String, String> all = new HashMap<>(environment);
    all.put("PATH", first + File.pathSeparator + System.getenv("PATH"));
    return run(
        all,
        Stream.concat(Stream.of(python.strip(), "bin/ask"), Arrays.stream(arguments))
            .toArray(String[]::new));
  }

  private static Asked run(Map<String, String> environment, String... call) {
    ProcessBuilder process = new ProcessBuilder(call);
    process.environment().putAll(environment);
    try {
      Path problem = Files.createTempFile("ask", ".txt");
      process.redirectError(problem.toFile());
      Process running = process.start();
      running.getOutputStream().close();
      String out = new String(running.getInputStream().readAllBytes(), UTF_8);
      Asked asked = new Asked(running.waitFor(), out, Files.readString(problem));
      Files.delete(problem);
      return asked;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static boolean isOnThePath(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
