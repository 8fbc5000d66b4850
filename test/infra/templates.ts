import { Template } from "aws-cdk-lib/assertions";
import { z } from "zod";
import { resolveText } from "../../local/stack/intrinsics.ts";
import { sharedTemplate } from "../support/template.ts";
import type { Variant } from "./variants.ts";

/** The stack's template, without bundles, under settings of variants.ts. */
export async function templateOf(variant: Variant): Promise<Template> {
  return Template.fromJSON(await sharedTemplate(variant));
}

const gatewayProblem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
});

/** The gateway responses in a template: their properties, and the problem that each one sends. */
export function readRefusals(template: Template) {
  const { Resources: resources } = template.toJSON();
  return Object.values(template.findResources("AWS::ApiGateway::GatewayResponse")).map(({ Properties }) => ({
    type: String(Properties.ResponseType),
    status: Number(Properties.StatusCode),
    headers: Object(Properties.ResponseParameters),
    problem: gatewayProblem
      .strict()
      .parse(JSON.parse(resolveText(Properties.ResponseTemplates["application/json"], resources))),
  }));
}
