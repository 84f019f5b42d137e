package io.sensormeter.local.aws;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Events as handlers get them and as they travel: by Lambda's own serializers. */
public final class LambdaJson {
  private static final PojoSerializer<SQSEvent> BATCHES =
      LambdaEventSerializers.serializerFor(SQSEvent.class, LambdaJson.class.getClassLoader());

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static final PojoSerializer<Map<String, Object>> OBJECTS =
      (PojoSerializer) JacksonFactory.getInstance().getSerializer(Map.class);

  private LambdaJson() {}

  public static Map<String, Object> object(String json) {
    return OBJECTS.fromJson(json);
  }

  public static SQSEvent batch(String json) {
    return BATCHES.fromJson(json);
  }

  static String write(SQSEvent batch) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BATCHES.toJson(batch, out);
    return out.toString(StandardCharsets.UTF_8);
  }
}
