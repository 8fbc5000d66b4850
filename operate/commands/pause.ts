import { type AddCommand, iso } from "../command.ts";
import { pause, pauseTakesSeconds, resume } from "../pause-item.ts";

export function addPause(add: AddCommand): void {
  add({
    name: "pause",
    description: "accept jobs and keep them, and send nothing to fal. Jobs that fal has already go on",
    work: ({ installation, now }, { reason }) => pause(installation, reason as string | undefined, now()),
    show: ({ since, reason }) =>
      `Paused since ${iso(since)}${reason === undefined ? "" : ` (${reason})`}. Within ${pauseTakesSeconds} seconds nothing more is sent to fal.\nTo go on: npm run ops -- resume`,
  }).option("--reason <text>", "why, for other operators");
  add({
    name: "resume",
    description: "send the jobs that waited: the next sweep does it, within a minute",
    work: async ({ installation }) => (await resume(installation)) ?? null,
    show: (ended) =>
      ended === null
        ? "The service was not paused."
        : `Resumed. It was paused since ${iso(ended.since)}. The next sweep sends what waits, within a minute.`,
  });
}
