import type { AddCommand } from "../command.ts";
import { invoke } from "../functions.ts";
import { overview } from "../open-work.ts";

export function addSweep(add: AddCommand): void {
  add({
    name: "sweep",
    description: "run a sweep now and wait for it: it does what the schedule does every minute",
    work: async ({ installation, now }) => {
      await invoke(installation, "sweep", {});
      const { open_due, settled_due } = await overview(installation, now());
      return { open_due, settled_due };
    },
    show: ({ open_due, settled_due }) =>
      `A sweep ran. Still due: ${open_due} open jobs, ${settled_due} settled jobs with work left.`,
  });
}
