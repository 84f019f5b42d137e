package io.sensormeter.local;

import io.sensormeter.local.aws.LocalSecrets;
import io.sensormeter.local.aws.LocalSqs;
import io.sensormeter.local.postgres.LocalPostgres;

/**
 * The servers that tests share: one of each in a JVM, started when first asked for and stopped when
 * it ends. What a test makes in them (a database, queues, secrets) has a name of its own.
 */
public final class Services {
  private Services() {}

  public static LocalPostgres postgres() {
    return Postgres.SERVER;
  }

  public static LocalSqs sqs() {
    return Sqs.SERVER;
  }

  public static LocalSecrets secrets() {
    return Secrets.SERVER;
  }

  private static final class Postgres {
    static final LocalPostgres SERVER = LocalPostgres.start();

    static {
      atExit(SERVER::close);
    }
  }

  private static final class Sqs {
    static final LocalSqs SERVER = LocalSqs.start();

    static {
      atExit(SERVER::close);
    }
  }

  private static final class Secrets {
    static final LocalSecrets SERVER = LocalSecrets.start();

    static {
      atExit(SERVER::close);
    }
  }

  private static void atExit(Runnable close) {
    Runtime.getRuntime().addShutdownHook(new Thread(close));
  }
}
