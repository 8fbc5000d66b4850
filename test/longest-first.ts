import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, of which some wait and some work: beside each other they fill the time. */
const longest = [
  "simulation/range-1",
  "end-to-end/callbacks",
  "end-to-end/chaos",
  "end-to-end/prove",
  "end-to-end/outcomes",
  "simulation/range-2",
  "end-to-end/callbacks-streamed",
  "end-to-end/fal-client",
  "end-to-end/ai-sdk-example",
  "simulation/range-3",
  "end-to-end/one-event-at-a-time",
  "end-to-end/survival",
  "end-to-end/unknown-submissions",
  "end-to-end/waiting",
  "simulation/range-4",
  "end-to-end/isolation",
  "end-to-end/fal-client-differential",
  "end-to-end/odd-videos",
  "end-to-end/docs-commands",
  "browser/examples",
  "end-to-end/demo",
  "end-to-end/lists",
  "end-to-end/files-kept",
  "emulator/render",
  "end-to-end/sweep",
  "browser/samples",
  "end-to-end/fal-client-jobs",
  "end-to-end/archive",
  "infra/settings-file",
  "infra/assembly",
].map((name) => `/test/${name}.test.ts`);

/** Starts the longest files first. The other files follow in the order that vitest chooses. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = longest.findIndex((name) => moduleId.endsWith(name));
  return place === -1 ? longest.length : place;
}
