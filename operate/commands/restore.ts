import type { AddCommand } from "../command.ts";
import { environmentOf } from "../functions.ts";
import { restore } from "../restore.ts";

export function addRestore(add: AddCommand): void {
  add({
    name: "restore",
    description: "add what a restored copy of the table has and the table lacks; without --yes only the plan",
    work: async ({ installation, now }, { from, yes }) => {
      const variables = await environmentOf(installation, "sweep");
      const seconds = (name: string) => Number(variables[name]) * 1000;
      const policy = {
        firstCheckMs: seconds("FIRST_CHECK_SECONDS"),
        submissionWindowMs: seconds("SUBMISSION_WINDOW_SECONDS"),
        retentionMs: Number(variables.RETENTION_DAYS) * 86_400_000,
        archivesVideos: variables.ARCHIVE_VIDEOS === "true",
      };
      return { ...(await restore(installation, String(from), policy, now(), yes !== true)), isPlan: yes !== true };
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
