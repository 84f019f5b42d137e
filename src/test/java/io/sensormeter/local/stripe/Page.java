package io.sensormeter.local.stripe;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Stripe's lists: 10 objects unless asked for 1 to 100, continued by {@code starting_after}. */
final class Page {
  private static final int DEFAULT_LIMIT = 10;
  static final int MAX_LIMIT = 100;
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,9}");

  private Page() {}

  /**
   * @param most how many objects a page holds at most, whatever the limit
   */
  static HttpAnswer of(String url, List<Map<String, Object>> all, Form query, int most) {
    String limit = query.get("limit");
    if (limit != null && !NUMBER.matcher(limit).matches()) {
      return HttpAnswer.refused("Invalid integer: " + limit, "parameter_invalid_integer", "limit");
    }
    int size = limit == null ? DEFAULT_LIMIT : Integer.parseInt(limit);
    if (size < 1) {
      return HttpAnswer.refused(
          "This value must be greater than or equal to 1.", "parameter_invalid_integer", "limit");
    }
    if (size > MAX_LIMIT) {
      return HttpAnswer.refused(
          "This value must be less than or equal to 100 (it currently is '" + size + "').",
          "parameter_invalid_integer",
          "limit");
    }
    String after = query.get("starting_after");
    String before = query.get("ending_before");
    for (String cursor : new @Nullable String[] {after, before}) {
      if (cursor != null && position(all, cursor) < 0) {
        return HttpAnswer.refused("No such object: '" + cursor + "'", "resource_missing", null);
      }
    }
    size = Math.min(size, most);
    int from = after == null ? 0 : position(all, after) + 1;
    int to = before == null ? all.size() : position(all, before);
    if (before != null && after == null) {
      from = Math.max(0, to - size);
    }
    List<Map<String, Object>> data = all.subList(from, Math.min(to, from + size));
    boolean more = before == null ? from + data.size() < to : from > 0;
    return HttpAnswer.ok(Map.of("object", "list", "url", url, "has_more", more, "data", data));
  }

  private static int position(List<Map<String, Object>> all, String id) {
    for (int i = 0; i < all.size(); i++) {
      if (id.equals(all.get(i).get("id"))) {
        return i;
      }
    }
    return -1;
  }
}
