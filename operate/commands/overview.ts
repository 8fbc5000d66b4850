import { type AddCommand, iso } from "../command.ts";
import { type Overview, overview } from "../open-work.ts";

export function addOverview(add: AddCommand): void {
  add({
    name: "overview",
    description: "open, due and waiting jobs, the state of fal's account, and whether the service is paused",
    work: ({ installation, now }) => overview(installation, now()),
    show: showOverview,
  });
}

function showOverview(found: Overview): string {
  const { paused, account, oldest_due_seconds } = found;
  return [
    found.installation,
    paused
      ? `paused since ${iso(paused.since)}${paused.reason === undefined ? "" : ` (${paused.reason})`}`
      : "not paused",
    account
      ? `fal refuses the account since ${iso(account.at)}: ${account.error?.message ?? "no reason known"}`
      : "fal accepts the account, as far as is known",
    `open jobs: ${found.open}, of which ${found.open_due} are due now`,
    `settled jobs with work left: ${found.settled}, of which ${found.settled_due} are due now`,
    oldest_due_seconds === undefined ? "nothing is due" : `due for the longest: ${oldest_due_seconds} s`,
  ].join("\n");
}
