import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LIMITS, type LimitName, limitValue, writeDuration } from "../../docs/generate/limit-value.ts";
import { limitAnchor } from "../../docs/generate/limits-page.ts";
import { generatedPages } from "../../docs/generate/pages.ts";
import { ERROR_PAGES } from "../../lambdas/contract/error-pages.ts";
import { documents, root } from "./documents.ts";

const limitOf = new Map((Object.keys(LIMITS) as LimitName[]).map((name) => [limitAnchor(name), name]));

for (const [path, text] of generatedPages()) {
  it(`${path} matches the code (after an intended change: npm run docs)`, async () => {
    expect(await readFile(join(root, path), "utf8")).toBe(text);
  });
}

for (const { path, text } of documents()) {
  for (const [, words = "", anchor = ""] of text.matchAll(/\[([^\]]+)\]\([^()\s]*limits\.md#([\w-]+)\)/g)) {
    it(`${path} gives [${words}] as the limit ${anchor}`, () => {
      const name = limitOf.get(anchor);
      expect(name, "a limit of lambdas/limits.ts").toBeDefined();
      expect(words).toBe(name && limitValue(name));
    });
  }
}

/** Pages about what callers send and receive; memory and costs contain sizes of their own. */
const CALLERS_PAGES = /^(README|docs\/guide\/(images|results|fal-client|errors)|docs\/reference\/api)\.md$/;

it("every size on a page for callers is the value of a limit", () => {
  const values = new Set([...limitOf.values()].map(limitValue));
  const sizes = documents()
    .filter(({ path }) => CALLERS_PAGES.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/[\d,]*\d\s(?:KB|MB|characters|pixels)\b/g)].map(([size]) => ({
        path,
        size: size.replace(/\s/, " "),
      })),
    );
  expect(sizes.length).toBeGreaterThan(5);
  expect(sizes.filter(({ size }) => !values.has(size))).toEqual([]);
});

it("descriptions of error codes name the limits in force", () => {
  expect(ERROR_PAGES.body_too_large.cause).toContain(`JSON may have ${limitValue("JSON_BODY_MAX_BYTES")}`);
  expect(ERROR_PAGES.body_too_large.cause).toContain(`a form ${limitValue("MULTIPART_BODY_MAX_BYTES")}`);
  expect(ERROR_PAGES.malformed_idempotency_key.cause).toContain(limitValue("IDEMPOTENCY_KEY_MAX_CHARACTERS"));
  expect(ERROR_PAGES.signature_invalid.cause.replace("five", "5")).toContain(limitValue("SIGNATURE_TOLERANCE_SECONDS"));
});

it("a limit is written in the largest unit that divides it", () => {
  expect(limitValue("JSON_BODY_MAX_BYTES")).toBe("5 MB");
  expect(limitValue("VIDEO_MAX_BYTES")).toBe("1 GB");
  expect(limitValue("PROMPT_MAX_CHARACTERS")).toBe("2,000 characters");
  expect(limitValue("READ_PAUSE_NEAR_MS")).toBe("125 ms");
  expect([1_000, 90_000, 3_600_000, 86_400_000, 172_800_000].map(writeDuration)).toEqual([
    "1 second",
    "90 seconds",
    "1 hour",
    "24 hours",
    "2 days",
  ]);
});
