package io.sensormeter.hour;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.aws.EventSource;
import io.sensormeter.meter.Hour;
import io.sensormeter.scheduler.SchedulerHandler;
import java.util.Map;

/**
 * The functions of a pipeline that stay warm: days of cold ones would open a connection an hour.
 */
record Warm(
    Pipeline pipeline,
    SchedulerHandler scheduler,
    EventSource reporter,
    EventSource recorder,
    EventSource verifier) {

  static Warm of(Pipeline pipeline) {
    return new Warm(
        pipeline,
        pipeline.newScheduler(),
        pipeline.newReporter(),
        pipeline.newRecorder(),
        pipeline.newVerifier());
  }

  Map<String, Object> tick(Hour hour) {
    return HourFixture.tick(pipeline, scheduler, hour);
  }

  /** Everything on the way arrives. */
  void drain() {
    reporter.drain(HourFixture.ROUNDS);
    recorder.drain(HourFixture.ROUNDS);
  }

  /** Every question is looked up, and what Stripe shows arrives. */
  void verify() {
    verifier.drain(HourFixture.ROUNDS);
    recorder.drain(HourFixture.ROUNDS);
  }
}
