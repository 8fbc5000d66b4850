import { join } from "node:path";
import type { Settings } from "./stack/settings.ts";
import type { Stack } from "./stack/stack.ts";

/** What a newcomer needs to send a first request and to see its result. */
export function describeStack({ url, emulatorUrl }: Stack, settings: Settings, root: string): string[] {
  const fal = emulatorUrl === undefined ? "" : `&fal=${encodeURIComponent(emulatorUrl)}`;
  return [
    `console ${url}/#key=${encodeURIComponent(settings.apiKeys[0] ?? "")}${fal}`,
    `API key: send the header "x-api-key: ${settings.apiKeys[0]}"`,
    `API document: ${url}/openapi.json`,
    `log of the functions: ${join(settings.dataDir, "functions.log")}`,
    ...(emulatorUrl === undefined
      ? []
      : [`fal emulator (make fal fail, see what it would bill): ${emulatorUrl}/_emulator`]),
    `a first job: ${firstJob(url, settings, root)}`,
  ];
}

/** A command that creates a job from the sample picture and prints the finished job. */
export function firstJob(url: string, { apiKeys }: Settings, root: string): string {
  const picture = join(root, "local", "sample", "sample.jpg");
  return `curl ${url}/jobs -H ${quote(`x-api-key: ${apiKeys[0]}`)} -H 'Prefer: wait=25' -F ${quote(`image=@${picture}`)} -F 'prompt=waves at dusk'`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
