package io.sensormeter.local;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Hears what one thread prints, while others print beside it. */
public final class StandardOutput {
  private static final ThreadLocal<@Nullable ByteArrayOutputStream> HEARD = new ThreadLocal<>();

  static {
    System.setOut(new PrintStream(new ByThread(System.out), true, StandardCharsets.UTF_8));
  }

  private StandardOutput() {}

  /** What this thread prints in {@code work}; nobody else hears it. */
  public static String of(Runnable work) {
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    HEARD.set(heard);
    try {
      work.run();
    } finally {
      HEARD.remove();
    }
    return heard.toString(StandardCharsets.UTF_8);
  }

  private static final class ByThread extends OutputStream {
    private final PrintStream otherwise;

    ByThread(PrintStream otherwise) {
      this.otherwise = otherwise;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
      ByteArrayOutputStream heard = HEARD.get();
      if (heard == null) {
        otherwise.write(bytes, from, count);
      } else {
        heard.write(bytes, from, count);
      }
    }

    @Override
    public void flush() {
      otherwise.flush();
    }
  }
}
