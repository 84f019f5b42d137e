package io.sensormeter.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** What processes have used of this machine so far, as Linux counts it. */
final class Processor {
  private static final double TICKS_A_SECOND = 100;

  private Processor() {}

  /** Seconds of processor time of a process that lives. */
  static double seconds(long pid) {
    List<String> fields = fields(pid);
    return (number(fields, 0) + number(fields, 1)) / TICKS_A_SECOND;
  }

  /** The same with its children's, those that have ended included. */
  static double secondsOfTree(long pid) {
    List<String> fields = fields(pid);
    double own = seconds(pid) + (number(fields, 2) + number(fields, 3)) / TICKS_A_SECOND;
    return own
        + ProcessHandle.of(pid).stream()
            .flatMap(ProcessHandle::children)
            .mapToDouble(child -> secondsIfAlive(child.pid()))
            .sum();
  }

  /** The most memory a process has had at once, in megabytes. */
  static long peakMegabytes(long pid) {
    return read(Path.of("/proc/" + pid + "/status"))
        .lines()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  private static double secondsIfAlive(long pid) {
    try {
      return seconds(pid);
    } catch (UncheckedIOException e) {
      return 0;
    }
  }

  /** From the one of the process's own time in user mode, number 14 of proc(5). */
  private static List<String> fields(long pid) {
    String stat = read(Path.of("/proc/" + pid + "/stat"));
    List<String> behindName =
        List.of(stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ", -1));
    return behindName.subList(11, behindName.size());
  }

  private static long number(List<String> fields, int index) {
    return Long.parseLong(fields.get(index));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException("no such process any more", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
