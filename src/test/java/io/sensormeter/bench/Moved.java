package io.sensormeter.bench;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import io.sensormeter.App;
import io.sensormeter.World;
import io.sensormeter.local.UnwaitedWorld;
import io.sensormeter.recorder.RecorderHandler;
import io.sensormeter.reporter.ReporterHandler;
import io.sensormeter.scheduler.SchedulerHandler;
import io.sensormeter.verifier.VerifierHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.InstantSource;

/** The functions by a {@link SharedClock} instead of the machine's, for Lambda's runtime client. */
public final class Moved {
  /** The variable that names its file. */
  static final String CLOCK = "BENCH_CLOCK";

  private Moved() {}

  private static InstantSource clock() {
    return SharedClock.open(Path.of(System.getenv(CLOCK)));
  }

  /** As {@link App#onLambda}. */
  private static App app(World world) {
    System.setProperty("http.maxConnections", "64");
    System.setProperty("sun.net.http.retryPost", "false");
    return new App(System.getenv(), world);
  }

  public static final class Scheduler implements RequestStreamHandler {
    private final SchedulerHandler handler = new SchedulerHandler(app(World.of(clock())));

    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context)
        throws IOException {
      handler.handleRequest(in, out, context);
    }
  }

  public static final class Reporter implements RequestHandler<SQSEvent, SQSBatchResponse> {
    private final ReporterHandler handler = new ReporterHandler(app(World.of(clock())));

    @Override
    public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
      return handler.handleRequest(event, context);
    }
  }

  public static final class Recorder implements RequestHandler<SQSEvent, SQSBatchResponse> {
    private final RecorderHandler handler = new RecorderHandler(app(World.of(clock())));

    @Override
    public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
      return handler.handleRequest(event, context);
    }
  }

  /** Keeps its pace without waiting for it. */
  public static final class Verifier implements RequestHandler<SQSEvent, SQSBatchResponse> {
    private final VerifierHandler handler = new VerifierHandler(app(UnwaitedWorld.of(clock())));

    @Override
    public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
      return handler.handleRequest(event, context);
    }
  }
}
