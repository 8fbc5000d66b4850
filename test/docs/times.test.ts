import { expect, it } from "vitest";
import { LIMITS, type LimitName, limitValue } from "../../docs/generate/limit-value.ts";
import { CALLBACK_DELAYS_MS } from "../../lambdas/limits.ts";
import { documents } from "./documents.ts";

/** Pages for users. A time there is a link to its limit, or is listed below. */
const USERS_PAGES = /^(README|docs\/guide\/(?!settings)[\w-]+|docs\/reference\/api)\.md$/;
const TIME =
  /\b(?:[\d,.]*\d|one|two|three|four|five|six|seven|eight|nine|ten)\s(?:ms|seconds?|minutes?|hours?|days?)\b/g;
const LINKED_LIMIT = /\[[^\]]+\]\([^()\s]*limits\.md#[\w-]+\)/g;

/** Sentences with the value of a limit that is not a link. `{NAME}` stands for the value. */
const STATED: Readonly<Record<string, readonly string[]>> = {
  "docs/guide/errors.md": ["its timestamp is more than {SIGNATURE_TOLERANCE_SECONDS} off"],
  "docs/internals/architecture.md": [
    "presigned URLs that work for {PRESIGNED_URL_SECONDS}",
    "due again after {ARCHIVE_BACKOFF_BASE_MS} to {ARCHIVE_BACKOFF_MAX_MS}, for {ARCHIVE_WINDOW_MS}",
    "to now, or {CALLBACK_WAITS_FOR_ARCHIVE_MS} later if a video is to be copied first",
    "the invocation's budget of {API_BUDGET_MS}",
    "fal's status every {STREAM_LIVE_POLL_MS}",
    "A status stream lasts {PROXY_STREAM_MAX_MS}",
    "a back-off from `firstCheckSeconds` to at most {CHECK_BACKOFF_MAX_MS}",
    "With `sync_mode` it is at most {CHECK_BACKOFF_LARGE_RESULT_MAX_MS}",
    "After {OUTAGES_BEFORE_PAUSE} answers of 503 in a row, an instance stops sending for {OUTAGE_PAUSE_MS}",
  ],
  "docs/internals/rules.md": [
    "error detail is cut to {ERROR_DETAIL_MAX_BYTES}",
    "Metadata is at most {METADATA_MAX_BYTES}",
    "the last {TIMELINE_RESERVED_ENTRIES} places",
    "at least once every {CHECK_BACKOFF_MAX_MS}",
    "counts for at most {RETRY_AFTER_MAX_MS}",
    "timeout of at most {SUBMIT_POST_MAX_MS}",
    "`x-fal-request-timeout` ({START_TIMEOUT_MAX_SECONDS}",
    "After {OUTAGES_BEFORE_PAUSE} answers of 503 in a row",
    "for at most {CALLBACK_WAITS_FOR_ARCHIVE_MS}",
    "the previous secret also signs for {CALLBACK_SECRET_OVERLAP_MS}",
    "given up after {ARCHIVE_WINDOW_MS}",
    "requested again at most once in {REDELIVERY_INTERVAL_MS}",
    "JSON may have {JSON_BODY_MAX_BYTES} and a form {MULTIPART_BODY_MAX_BYTES}",
    "sends a comment every {STREAM_HEARTBEAT_MS}. A connection lasts at most {STREAM_MAX_MS}",
    "its status stream lasts {PROXY_STREAM_MAX_MS}",
    "An API route has {API_BUDGET_MS}",
    "{BATCH_AT_ONCE} at a time, within {BATCH_SUBMIT_MS}",
    "at most {VIDEO_FACTS_MAX_BYTES} of their content is read",
    "an event stream ends after {STREAM_MAX_MS}",
  ],
};

/** Times on the pages for users that are no limit of the service. */
const NO_LIMITS: Readonly<Record<string, readonly string[]>> = {
  "docs/guide/costs.md": ["one minute of"],
  "docs/guide/errors.md": ["29 seconds for most routes"],
  "docs/guide/results.md": ["After 20 seconds", "30 days after it has settled", "in one day (UTC)"],
};

const pages = documents().map(({ path, text }) => ({ path, text: text.replaceAll(/\s+/g, " ") }));

it.each(pages.filter(({ path }) => USERS_PAGES.test(path)))("$path states no time of its own", ({ path, text }) => {
  const known = [...(STATED[path] ?? []).map(fillIn), ...(NO_LIMITS[path] ?? [])];
  const rest = known.reduce((shorter, words) => shorter.replaceAll(words, ""), text.replaceAll(LINKED_LIMIT, ""));
  expect([...rest.matchAll(TIME)].map(([time]) => time)).toEqual([]);
});

it.each(Object.entries(STATED).flatMap(([path, sentences]) => sentences.map((sentence) => [path, sentence] as const)))(
  "%s says the value that is in force: %s",
  (path, sentence) => {
    expect(textOf(path).includes(fillIn(sentence)), fillIn(sentence)).toBe(true);
  },
);

it.each(
  Object.entries(NO_LIMITS).flatMap(([path, sentences]) => sentences.map((sentence) => [path, sentence] as const)),
)("%s still has the time that is no limit: %s", (path, sentence) => {
  expect(textOf(path).includes(sentence), sentence).toBe(true);
});

it("the pages count the attempts of a callback as the code does", () => {
  const sentence = `tries again, at most ${CALLBACK_DELAYS_MS.length} times`;
  expect(textOf("docs/guide/results.md").includes(sentence), sentence).toBe(true);
});

function fillIn(sentence: string): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (!isLimit(name)) throw new Error(`lambdas/limits.ts has no ${name}.`);
    return limitValue(name).replace(/ entries$/, "");
  });
}

function isLimit(name: string): name is LimitName {
  return Object.hasOwn(LIMITS, name);
}

function textOf(path: string): string {
  return pages.find((page) => page.path === path)?.text ?? "";
}
