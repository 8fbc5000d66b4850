import { describe, expect, it } from "vitest";
import { readSettings } from "../../infra/settings.ts";
import { documents } from "./documents.ts";

const files = documents()
  .filter(({ path }) => /^docs\/guide\/(deploy|settings)\.md$/.test(path))
  .flatMap(({ path, text }) => [...text.matchAll(/```json\n(.*?)```/gs)].map(([, json = ""]) => ({ path, json })))
  // The resources that a new stack adopts.
  .filter(({ json }) => !json.includes("JobTable"));

describe("the settings in the docs", () => {
  it("the settings in the docs are on both pages", () => {
    expect(new Set(files.map(({ path }) => path)).size).toBe(2);
  });

  it.each(files)("the settings in $path can be deployed as they stand: $json", ({ json }) => {
    const { $schema: _, ...settings } = JSON.parse(json);
    expect(readSettings(settings)).toMatchObject(settings);
  });
});
