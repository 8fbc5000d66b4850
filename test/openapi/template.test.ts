import { describe, expect, it } from "vitest";
import { readRefusals, templateOf } from "../infra/templates.ts";
import { apiDocument } from "../support/conforms.ts";
import { published } from "./published.ts";

const template = await templateOf("default");

function pathOf(reference: { Ref?: string }): string {
  const [, resource] =
    Object.entries(template.findResources("AWS::ApiGateway::Resource")).find(([id]) => id === reference.Ref) ?? [];
  return resource === undefined ? "" : `${pathOf(resource.Properties.ParentId)}/${resource.Properties.PathPart}`;
}

describe("the OpenAPI document and the template", () => {
  it("the OpenAPI document and the template have the same routes, with a key on every route for callers", () => {
    const deployed = Object.values(template.findResources("AWS::ApiGateway::Method"))
      .filter(({ Properties: { HttpMethod } }) => HttpMethod !== "ANY" && HttpMethod !== "OPTIONS")
      .map(({ Properties: { HttpMethod, ResourceId, ApiKeyRequired } }) => ({
        route: `${HttpMethod} ${pathOf(ResourceId) || "/"}`,
        needsKey: Boolean(ApiKeyRequired),
      }));
    const documented = Object.entries(published.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        route: `${method.toUpperCase()} ${path}`,
        needsKey: !Object.hasOwn(Object(operation), "security"),
      })),
    );
    const byRoute = (a: { route: string }, b: { route: string }) => (a.route < b.route ? -1 : 1);
    expect(documented.sort(byRoute)).toEqual(deployed.sort(byRoute));
  });

  it("the OpenAPI document and the template have the same gateway responses of API Gateway", () => {
    const refusals = readRefusals(template).map(({ problem, status }) => ({ code: problem.code, status }));
    expect(new Set(refusals.map(({ code }) => code)).size).toBeGreaterThan(5);
    const described = Object.entries(apiDocument.paths).flatMap(([path, methods]) =>
      Object.values(methods).map(({ responses }) => ({ path, responses })),
    );
    const missing = refusals.filter(
      ({ code, status }) => !described.some(({ responses }) => codesOf(responses[status]).includes(code)),
    );
    expect(missing).toEqual([]);
  });
});

function codesOf(response: { readonly $ref?: string } | undefined): string[] {
  const name = response?.$ref?.split("/").at(-1) ?? "";
  const problem = apiDocument.components.responses[name]?.content?.["application/problem+json"];
  return Object.keys(Object(problem && "examples" in problem ? problem.examples : {}));
}
