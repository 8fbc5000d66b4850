import { afterAll, vi } from "vitest";

/** Files share processes: what a file stubbed and did not put back itself would be found by the next one. */
afterAll(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});
