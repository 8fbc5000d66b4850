import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, of which some wait and some work: beside each other they fill the time. */
const longest = [
  "simulation/range-1",
  "end-to-end/callbacks",
  "end-to-end/outcomes",
  "simulation/range-2",
  "end-to-end/chaos",
  "simulation/range-3",
  "end-to-end/callbacks-streamed",
  "end-to-end/survival",
  "simulation/range-4",
  "end-to-end/fal-client",
  "end-to-end/unknown-submissions",
  "emulator/render",
  "end-to-end/fal-client-differential",
  "end-to-end/files-kept",
  "infra/assembly",
  "end-to-end/waiting",
  "end-to-end/readme-files",
  "end-to-end/archive",
  "end-to-end/demo",
  "browser/examples",
].map((name) => `/test/${name}.test.ts`);

/**
 * Starts the longest files first, then the other whole stacks, then the parts. vitest by itself goes by the files'
 * sizes.
 */
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
