package io.sensormeter.bench;

import com.stripe.StripeClient;
import com.stripe.param.billing.MeterEventCreateParams;
import io.sensormeter.local.Pipeline;
import io.sensormeter.local.postgres.ApplicationData;
import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * What a library costs a cold start: a program that makes one call with it and ends, against one
 * that only ends.
 */
public final class FirstCall {
  private FirstCall() {}

  static void measure(Benchmark benchmark, Pipeline pipeline, int runs) throws Exception {
    double[] nothing = new double[runs];
    double[] aws = new double[runs];
    double[] stripe = new double[runs];
    for (int run = 0; run < runs; run++) {
      nothing[run] = seconds("nothing");
      aws[run] = seconds("aws", benchmark.sqs.endpoint().toString(), pipeline.outcomesUrl());
      stripe[run] =
          seconds(
              "stripe",
              pipeline.stripe().base().toString(),
              pipeline.stripeKey(),
              ApplicationData.customerId(1));
    }
    double none = Pairs.median(nothing);
    System.out.printf(
        "cold      a program that only ends %s s; with one call of the AWS SDK %s s more, of"
            + " stripe-java %s s more%n",
        Pairs.number(none),
        Pairs.number(Pairs.median(aws) - none),
        Pairs.number(Pairs.median(stripe) - none));
    benchmark.figures.absolute(
        "cold.call.aws", Pairs.median(aws) - none, "s", Figures.Better.LOWER);
    benchmark.figures.absolute(
        "cold.call.stripe", Pairs.median(stripe) - none, "s", Figures.Better.LOWER);
  }

  private static double seconds(String... arguments) throws Exception {
    ProcessBuilder program =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("lambda.lib") + "/*" + File.pathSeparator + Function.testClasses(),
            FirstCall.class.getName());
    program.command().addAll(List.of(arguments));
    long began = System.nanoTime();
    int end = program.inheritIO().start().waitFor();
    if (end != 0) {
      throw new IllegalStateException("the program ended with " + end);
    }
    return (System.nanoTime() - began) / 1e9;
  }

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "aws" -> {
        try (SqsClient sqs =
            SqsClient.builder()
                .endpointOverride(URI.create(arguments[1]))
                .httpClient(UrlConnectionHttpClient.create())
                .build()) {
          sqs.getQueueAttributes(request -> request.queueUrl(arguments[2]));
        }
      }
      case "stripe" ->
          StripeClient.builder()
              .setApiKey(arguments[2])
              .setApiBase(arguments[1])
              .build()
              .v1()
              .billing()
              .meterEvents()
              .create(
                  MeterEventCreateParams.builder()
                      .setEventName(Pipeline.METER)
                      .putPayload("stripe_customer_id", arguments[3])
                      .putPayload("value", "1")
                      .build());
      default -> {}
    }
  }
}
