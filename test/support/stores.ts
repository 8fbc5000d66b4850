import { readTemplate } from "../../local/stack/template.ts";
import { synthesizeTemplate } from "../infra/synthesis.ts";

/** The tables and buckets as the stack deploys them; the functions' bundles do not matter here. */
export function storesOfTheStack() {
  const template = synthesizeTemplate();
  const bundles = Object.values(template.findResources("AWS::Lambda::Function")).map(
    ({ Properties }) => [String(Properties.Code.S3Key).replace(/\.\w+$/, ""), "unbundled"] as const,
  );
  const { tables, buckets } = readTemplate(template.toJSON(), new Map(bundles));
  return { tables, buckets };
}
