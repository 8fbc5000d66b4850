import { type AddCommand, iso } from "../command.ts";
import { type Overview, overview } from "../open-work.ts";
import { type Scanned, scanJobs } from "../scan.ts";

export function addOverview(add: AddCommand): void {
  add({
    name: "overview",
    description: "open, due and waiting jobs, the state of fal's account, and whether the service is paused",
    work: async ({ installation, now }, { scan }) => ({
      ...(await overview(installation, now())),
      ...(scan === true && (await scanJobs(installation, now()))),
    }),
    show: (found) => [showOverview(found), ...("read" in found ? showScan(found as Scanned) : [])].join("\n"),
  }).option("--scan", "also open jobs by state and owner, and today's failures by code; it scans the table");
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

function showScan({ by_state, by_owner, failed_today, read }: Scanned): readonly string[] {
  const line = (title: string, counts: Readonly<Record<string, number>>) =>
    `${title}: ${
      Object.entries(counts)
        .map(([key, count]) => `${key} ${count}`)
        .join(", ") || "none"
    }`;
  return [
    line("open by state", by_state),
    line("open by owner", by_owner),
    line("failed today", failed_today),
    `${read.rows} rows were read, through ${read.by}.`,
  ];
}
