package io.sensormeter.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.exception.ApiException;
import com.stripe.exception.StripeException;
import com.stripe.model.StripeError;
import com.stripe.net.ApiMode;
import io.sensormeter.meter.Identifier;
import io.sensormeter.stripe.Answer.ConfigurationError;
import io.sensormeter.stripe.Answer.NoAnswer;
import io.sensormeter.stripe.Answer.Refused;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StripeErrorsTest {
  private static final String INVALID = "invalid_request_error";
  private static final Identifier OURS = new Identifier("active_sensors:org 1:a:2026-11-22T14Z");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "active_sensors:org 1:a:2026-11-22T14Z:r1",
        "active_sensors:org 1:a:2026-11-22T14Z:r1.",
        "active_sensors:org 1:a:2026-11-22T14Z..",
        "active_sensors:org 1:a:2026-11-22T14",
        "active_sensors:org 1",
        "org 1:a:2026-11-22T14Z",
        "active_sensors:org 1:a:2026-11-22T14Z and more",
        "",
      })
  void duplicateOfAnotherSaysNothingAboutOurs(String other) {
    String message = "An event already exists with identifier " + other;

    assertThat(answer(400, INVALID, null, message))
        .isEqualTo(new NoAnswer("HTTP 400 names another identifier", false, 400));
  }

  @Test
  void revisionIsNotTakenForItsPredecessor() {
    Identifier revised = new Identifier(OURS + ":r1");

    assertThat(
            answer(
                error(400, INVALID, null, "An event already exists with identifier " + OURS + "."),
                revised))
        .isInstanceOf(NoAnswer.class);
  }

  @Test
  void duplicateIsBelievedOnlyOfA400() {
    String message = "An event already exists with identifier " + OURS + ".";

    assertThat(answer(422, INVALID, null, message)).isInstanceOf(Refused.class);
    assertThat(answer(409, INVALID, null, message)).isInstanceOf(NoAnswer.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void refusedKeyAndMissingPermissionAreConfigurationErrors(int status) {
    assertThat(answer(status, INVALID, null, "The key 'rk_live_abc123' may not."))
        .isEqualTo(
            new ConfigurationError("HTTP " + status + " The key 'rk_live_*** may not.", status));
    assertThat(answer(new ApiException("<html>", null, null, status, null), OURS))
        .isInstanceOf(ConfigurationError.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 402, 404, 405, 410, 413, 422, 424, 451})
  void otherErrorOfStripeIsARefusal(int status) {
    assertThat(answer(status, INVALID, "Resource_Missing", "No such customer: 'cus_1'"))
        .isEqualTo(new Refused("resource_missing", "No such customer: 'cus_1'", "req_1"));
  }

  @Test
  void refusalWithoutCodeIsNamedByItsType() {
    assertThat(answer(400, INVALID, null, "No.")).isEqualTo(new Refused(INVALID, "No.", "req_1"));
    assertThat(answer(400, INVALID, " ", null)).isEqualTo(new Refused(INVALID, "", "req_1"));
  }

  @Test
  void codeIsCut() {
    assertThat(answer(400, INVALID, "x".repeat(65), "No."))
        .isEqualTo(new Refused("x".repeat(64), "No.", "req_1"));
  }

  @Test
  void errorThatIsNotStripesIsNoAnswerAndItsBodyIsNotRepeated() {
    StripeException html = new ApiException("Invalid: <html>secret", null, null, 400, null);

    assertThat(answer(html, OURS)).isEqualTo(new NoAnswer("HTTP 400, unreadable", false, 400));
    assertThat(answer(400, null, "code", "no type"))
        .isEqualTo(new NoAnswer("HTTP 400", false, 400));
  }

  private static Answer answer(StripeException e, Identifier ours) {
    Answer hindrance = StripeErrors.hindrance(e);
    return hindrance == null ? StripeErrors.ofEvent(e, ours) : hindrance;
  }

  private static Answer answer(
      int status, @Nullable String type, @Nullable String code, @Nullable String message) {
    return answer(error(status, type, code, message), OURS);
  }

  private static StripeException error(
      int status, @Nullable String type, @Nullable String code, @Nullable String message) {
    StripeError error = new StripeError();
    error.setType(type);
    error.setCode(code);
    error.setMessage(message);
    StripeException e = new ApiException(message, "req_1", code, status, null);
    e.setStripeError(error, ApiMode.V1);
    return e;
  }
}
