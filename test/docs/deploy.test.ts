import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { sharedTemplate } from "../support/template.ts";
import { root } from "./documents.ts";

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string() })),
  Outputs: z.record(z.string(), z.unknown()),
});
const page = readFileSync(join(root, "docs/guide/deploy.md"), "utf8");
const template = templateSchema.parse(await sharedTemplate());

/** The names in the first column of a table. */
function namesIn(heading: string): string[] {
  const rows =
    page
      .slice(page.indexOf(`\n| ${heading} |`))
      .split("\n\n")[0]
      ?.split("\n")
      .slice(3) ?? [];
  return rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name));
}

describe("the page about deploying", () => {
  it("the page about deploying lists the stack's outputs", () => {
    expect(namesIn("output")).toEqual(Object.keys(template.Outputs));
  });

  it("the page about deploying lists every alarm", () => {
    const ids = Object.entries(template.Resources).filter(([, { Type }]) =>
      /^AWS::CloudWatch::(Composite)?Alarm$/.test(Type),
    );
    expect(namesIn("alarm")).toEqual(ids.map(([id]) => id.slice("Alarms".length, -8)));
  });
});
