import { join } from "node:path";
import type { Settings } from "./stack/settings.ts";
import type { Stack } from "./stack/stack.ts";

/** What somebody needs to know who sends a first request. */
export function describeStack({ url, emulatorUrl }: Stack, { apiKeys, dataDir }: Settings): string[] {
  return [
    `API key: send the header "x-api-key: ${apiKeys[0]}"`,
    `API document: ${url}/openapi.json`,
    `functions' log: ${join(dataDir, "functions.log")}`,
    ...(emulatorUrl === undefined
      ? []
      : [
          `fal's ledger (all requests, webhooks and bills): ${emulatorUrl}/_emulator/ledger`,
          `fal's faults (POST one to break fal): ${emulatorUrl}/_emulator/faults`,
        ]),
  ];
}
