import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { sharedTemplate } from "../support/template.ts";
import { root } from "./documents.ts";

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), DeletionPolicy: z.string().optional() })),
  Outputs: z.record(z.string(), z.unknown()),
});
const page = readFileSync(join(root, "docs/guide/deploy.md"), "utf8");
const template = templateSchema.parse(await sharedTemplate());

/** The property by which CloudFormation identifies a resource that it imports: the type's primary identifier. */
const IDENTIFIERS = new Map([
  ["AWS::DynamoDB::Table", "TableName"],
  ["AWS::S3::Bucket", "BucketName"],
  ["AWS::S3::BucketPolicy", "Bucket"],
  ["AWS::SecretsManager::Secret", "Id"],
]);

function idStarting(start: string, type: string | undefined): string | undefined {
  return Object.entries(template.Resources).find(([id, { Type }]) => id.startsWith(start) && Type === type)?.[0];
}

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

  it("the page about deploying lists the resources that stay, with their types", () => {
    const rows = [...page.matchAll(/^\|[^|]+\| `(\w+)(…?)` \| `(AWS::\w+::\w+)` \|$/gm)];
    const listed = rows.map(([, id = "", isCut, type]) => [isCut ? idStarting(id, type) : id, type]);
    const kept = Object.entries(template.Resources).filter(([, { DeletionPolicy }]) => DeletionPolicy === "Retain");
    expect(listed.sort()).toEqual(kept.map(([id, { Type }]) => [id, Type]).sort());
  });

  it("the page about deploying adopts what stays and holds data, by the properties that identify it", () => {
    const [, json = ""] = /```json\n(\{\n {2}"JobTable".*?)```/s.exec(page) ?? [];
    const mapping = z.record(z.string(), z.record(z.string(), z.string())).parse(JSON.parse(json));
    const kept = Object.entries(template.Resources).filter(
      ([, { Type, DeletionPolicy }]) => DeletionPolicy === "Retain" && IDENTIFIERS.has(Type),
    );
    expect(Object.fromEntries(Object.entries(mapping).map(([id, names]) => [id, Object.keys(names)]))).toEqual(
      Object.fromEntries(kept.map(([id, { Type }]) => [id, [IDENTIFIERS.get(Type)]])),
    );
    expect(mapping.MediaBucketPolicyB24E187B?.Bucket).toBe(mapping.MediaBucket?.BucketName);
  });
});
