import type { AddCommand } from "../command.ts";
import { environmentOf } from "../functions.ts";
import { policyOf } from "../policy.ts";
import { restore } from "../restore.ts";

export function addRestore(add: AddCommand): void {
  add({
    name: "restore",
    description: "add what a restored copy of the table has and the table lacks; without --yes only the plan",
    work: async ({ installation, now }, { from, yes }) => {
      const variables = await environmentOf(installation, "sweep");
      return {
        ...(await restore(installation, String(from), policyOf(variables), now(), yes !== true)),
        isPlan: yes !== true,
      };
    },
    show: ({ read, missing, maybeSent, isPlan }) =>
      [
        `${read} items were read. ${missing} of them ${isPlan ? "are missing and would be added" : "were missing and are added"}.`,
        `${maybeSent} of them are jobs that may have been sent after the copy: they are looked for at fal, and never sent again.`,
        ...(isPlan ? ["Nothing was written. Add --yes to do it."] : []),
      ].join("\n"),
  })
    .requiredOption("--from <table>", "the restored table, in the same region")
    .option("--yes", "write");
}
