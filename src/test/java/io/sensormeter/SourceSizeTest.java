package io.sensormeter;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What does not fit on a page is read less well. A longer file or method says why in a comment that
 * begins with {@value #REASON}: above its package, or above the method or in it.
 */
final class SourceSizeTest {
  private static final int FILE_LINES = 250;
  private static final int METHOD_LINES = 40;
  private static final String REASON = "Long because ";

  @Test
  void longFilesAndMethodsSayWhy() throws IOException {
    List<Path> sources;
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      sources = files.filter(file -> file.toString().endsWith(".java")).toList();
    }
    List<String> tooLong = new ArrayList<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  null,
                  List.of(),
                  null,
                  manager.getJavaFileObjectsFromPaths(sources));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree file : task.parse()) {
        tooLong.addAll(tooLong(file, positions));
      }
    }

    assertThat(sources).hasSizeGreaterThan(80);
    assertThat(tooLong).isEmpty();
  }

  private static List<String> tooLong(CompilationUnitTree file, SourcePositions positions) {
    List<String> lines = lines(file);
    List<String> tooLong = new ArrayList<>();
    if (lines.size() > FILE_LINES && !saysWhy(lines, 0, 10)) {
      tooLong.add(file.getSourceFile().getName() + ": " + lines.size());
    }
    LineMap map = file.getLineMap();
    new TreeScanner<@Nullable Void, @Nullable Void>() {
      @Override
      public @Nullable Void visitMethod(MethodTree method, @Nullable Void none) {
        int first = (int) map.getLineNumber(positions.getStartPosition(file, method));
        int last = (int) map.getLineNumber(Math.max(0, positions.getEndPosition(file, method)));
        if (last - first >= METHOD_LINES && !saysWhy(lines, first - 8, last)) {
          tooLong.add(file.getSourceFile().getName() + " " + method.getName());
        }
        return super.visitMethod(method, none);
      }
    }.scan(file, null);
    return tooLong;
  }

  private static boolean saysWhy(List<String> lines, int from, int to) {
    return lines.subList(Math.max(0, from), Math.min(lines.size(), to)).stream()
        .anyMatch(line -> line.contains(REASON));
  }

  private static List<String> lines(CompilationUnitTree file) {
    try {
      return Files.readAllLines(Path.of(file.getSourceFile().toUri()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
