import { z } from "zod";
import { readTemplate } from "../../local/stack/template.ts";
import { sharedTemplate } from "./template.ts";

const bundleSchema = z.object({ Properties: z.object({ Code: z.object({ S3Key: z.string() }) }) });

/** The tables and buckets as the stack deploys them; the functions' bundles do not matter here. */
export async function storesOfTheStack() {
  const template = await sharedTemplate();
  const bundles = Object.values(Object(template.Resources)).flatMap((resource) => {
    const { data } = bundleSchema.safeParse(resource);
    return data ? [[data.Properties.Code.S3Key.replace(/\.\w+$/, ""), "unbundled"] as const] : [];
  });
  const { tables, buckets } = readTemplate(template, new Map(bundles));
  return { tables, buckets };
}
