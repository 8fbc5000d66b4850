import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { METRICS } from "../../lambdas/metrics.ts";
import { CHECKS } from "../../operate/doctor/examine.ts";
import { sharedTemplate } from "../support/template.ts";
import { anchorsOf, root } from "./documents.ts";

const path = "docs/guide/runbook.md";
const page = readFileSync(join(root, path), "utf8");
const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()) })),
});
const { Resources } = templateSchema.parse(await sharedTemplate());
const ofType = (type: RegExp) => Object.values(Resources).filter(({ Type }) => type.test(Type));

/** An alarm's own name, and its description. */
const alarms = ofType(/^AWS::CloudWatch::(Composite)?Alarm$/).map(({ Properties }) => ({
  name: String(Properties.AlarmName).split("-").at(-1) ?? "",
  description: String(Properties.AlarmDescription),
}));
const sections = page
  .split(/^### /m)
  .slice(1)
  .map((text) => ({ title: text.split("\n")[0] ?? "", text }));

describe("the runbook", () => {
  it("the runbook has a section for each alarm, by its name, and for no other alarm", () => {
    // The names of troubles without an alarm are words.
    const named = sections.map(({ title }) => title).filter((title) => !title.includes(" "));
    expect(named.sort()).toEqual(alarms.map(({ name }) => name).sort());
  });

  it.each(alarms)("the alarm $name ends with its section of the runbook", ({ name, description }) => {
    expect(description.endsWith(` Runbook: ${path}#${name.toLowerCase()}`)).toBe(true);
    expect([...anchorsOf(page)]).toContain(name.toLowerCase());
  });

  it.each(sections)(
    "the section $title of the runbook has the symptom, the meaning, the first command and when it is harmless",
    ({ text }) => {
      const parts = ["**You see**", "**It means**", "**Run first**", "**Harmless**"].map((part) => text.indexOf(part));
      expect(parts.every((at) => at >= 0)).toBe(true);
      expect(parts).toEqual(parts.toSorted((one, other) => one - other));
      // A command, or the section whose command it is.
      expect(text).toMatch(/```sh\n(npm run -s ops -- \$ON .+\n)+```|\*\*Run first\*\* what \[\w+\]\(#\w+\) says/);
    },
  );
});

/** Names of metrics in the dashboard's body. */
const dashboard = JSON.stringify(
  ofType(/^AWS::CloudWatch::Dashboard$/).map(({ Properties }) => Properties.DashboardBody),
);

it("the dashboard shows every alarm, and every metric of the service, by its name", () => {
  const ids = Object.entries(Resources).filter(([, { Type }]) => /^AWS::CloudWatch::(Composite)?Alarm$/.test(Type));
  for (const [id] of ids) expect(dashboard).toContain(`"${id}"`);
  const shown = [...dashboard.matchAll(/FalJobs\\",\\"(\w+)\\"/g)].map(([, name]) => name);
  // Its widget reads the log, which has the reasons.
  expect(new Set([...shown, "WebhookRefused"])).toEqual(new Set(Object.keys(METRICS)));
});

it("every alarm about a metric of the service watches one that the service records", () => {
  const watched = JSON.stringify(ofType(/^AWS::CloudWatch::Alarm$/)).matchAll(
    /"MetricName":"(\w+)","Namespace":"FalJobs"|"Namespace":"FalJobs","MetricName":"(\w+)"/g,
  );
  const names = [...watched].map(([, one, other]) => one ?? other ?? "");
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(Object.keys(METRICS)).toContain(name);
});

it("each of the doctor's checks has a section in the page about operating, and no other section is there", () => {
  const operating = readFileSync(join(root, "docs/guide/operate.md"), "utf8");
  const sections = [...operating.slice(operating.indexOf("## The doctor's checks")).matchAll(/^### (.+)$/gm)];
  expect(sections.map(([, id]) => id).sort()).toEqual(CHECKS.map(({ id }) => id).sort());
});
