package io.sensormeter.local;

import io.sensormeter.World;
import io.sensormeter.lambda.Time;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** The real world, but whoever waits in it has waited already. */
public final class UnwaitedWorld {
  private UnwaitedWorld() {}

  public static World of(InstantSource clock) {
    World world = World.of(clock);
    AtomicLong waited = new AtomicLong();
    Time time =
        new Time(
            clock,
            () -> System.nanoTime() + waited.get(),
            duration -> waited.addAndGet(duration.toNanos()));
    return new World(time, world.random(), world.executor(), world.awsHttp(), world.stripeHttp());
  }
}
