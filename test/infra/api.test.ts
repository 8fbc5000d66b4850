import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { ERROR_PAGES } from "../../lambdas/contract/error-pages.ts";
import { TITLES } from "../../lambdas/contract/problem-codes.ts";
import { resolveText } from "../../local/stack/intrinsics.ts";
import { readRefusals, templateOf } from "./templates.ts";
import { variants } from "./variants.ts";

const template = await templateOf("default");
const { Resources: resources } = template.toJSON();
const methods = Object.values(template.findResources("AWS::ApiGateway::Method")).map(({ Properties }) => ({
  path: pathOf(Properties.ResourceId),
  method: String(Properties.HttpMethod),
  needsKey: Boolean(Properties.ApiKeyRequired),
  function: String(Properties.Integration.Uri?.["Fn::Join"][1].find(isGetAtt)["Fn::GetAtt"][0]),
}));
const integrations = Object.values(template.findResources("AWS::ApiGateway::Method"))
  .map(({ Properties }) => Properties.Integration)
  .filter(({ Type }) => Type === "AWS_PROXY");
const routes = methods.filter(({ method }) => method !== "ANY" && method !== "OPTIONS");
const paths = [
  "/",
  ...Object.keys(template.findResources("AWS::ApiGateway::Resource")).map((id) => pathOf({ Ref: id })),
];

describe("the API's routes", () => {
  test("the API's routes lead to their functions, with an API key on every route for callers", () => {
    expect(routes).toEqual([
      { path: "/jobs", method: "POST", needsKey: true, function: "SubmitFunction" },
      { path: "/jobs", method: "GET", needsKey: true, function: "OwnerFunction" },
      { path: "/jobs/batch", method: "POST", needsKey: true, function: "SubmitFunction" },
      { path: "/jobs/validate", method: "POST", needsKey: true, function: "SubmitFunction" },
      { path: "/jobs/{id}", method: "GET", needsKey: true, function: "ReadFunction" },
      { path: "/jobs/{id}", method: "DELETE", needsKey: true, function: "ChangeFunction" },
      { path: "/jobs/{id}/video", method: "GET", needsKey: true, function: "ReadFunction" },
      { path: "/jobs/{id}/events", method: "GET", needsKey: true, function: "EventsFunction" },
      { path: "/jobs/{id}/cancel", method: "POST", needsKey: true, function: "ChangeFunction" },
      { path: "/jobs/{id}/retry", method: "POST", needsKey: true, function: "SubmitFunction" },
      { path: "/jobs/{id}/redeliver", method: "POST", needsKey: true, function: "ChangeFunction" },
      { path: "/uploads", method: "POST", needsKey: true, function: "SubmitFunction" },
      { path: "/fal/proxy", method: "GET", needsKey: true, function: "ProxyReadFunction" },
      { path: "/fal/proxy", method: "POST", needsKey: true, function: "SubmitFunction" },
      { path: "/fal/proxy", method: "PUT", needsKey: true, function: "SubmitFunction" },
      { path: "/usage", method: "GET", needsKey: true, function: "OwnerFunction" },
      { path: "/callback-secret", method: "GET", needsKey: true, function: "OwnerFunction" },
      { path: "/callback-secret/rotate", method: "POST", needsKey: true, function: "OwnerFunction" },
      { path: "/webhooks/fal/{id}/{token}", method: "POST", needsKey: false, function: "WebhookFunction" },
      { path: "/", method: "GET", needsKey: false, function: "PublicFunction" },
      { path: "/", method: "HEAD", needsKey: false, function: "PublicFunction" },
      { path: "/openapi.json", method: "GET", needsKey: false, function: "PublicFunction" },
      { path: "/openapi.json", method: "HEAD", needsKey: false, function: "PublicFunction" },
      { path: "/errors/{code}", method: "GET", needsKey: false, function: "PublicFunction" },
      { path: "/errors/{code}", method: "HEAD", needsKey: false, function: "PublicFunction" },
      { path: "/health", method: "GET", needsKey: false, function: "HealthFunction" },
      { path: "/health", method: "HEAD", needsKey: false, function: "HealthFunction" },
    ]);
  });

  test("the API's routes send every other method of every resource, and every other path, to the fallback without a key", () => {
    const fallbacks = methods.filter(({ method }) => method === "ANY");
    expect(fallbacks.map(({ path }) => path).sort()).toEqual([...paths].sort());
    expect(paths).toContain("/{proxy+}");
    expect(fallbacks.filter((each) => each.needsKey || each.function !== "PublicFunction")).toEqual([]);
  });

  test("the API's routes are passed to the fallback exactly as the template has them", () => {
    const told = JSON.parse(resources.PublicFunction.Properties.Environment.Variables.ROUTES);
    const toldRoutes = Object.entries<string[]>(told).flatMap(([path, each]) =>
      each.map((method) => `${method} ${path}`),
    );
    expect(toldRoutes.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
  });

  test("the API's routes answer a preflight for every resource without a key, and name the methods that it has", () => {
    const preflights = template.findResources("AWS::ApiGateway::Method", { Properties: { HttpMethod: "OPTIONS" } });
    expect(
      Object.values(preflights)
        .map(({ Properties }) => pathOf(Properties.ResourceId))
        .sort(),
    ).toEqual(paths.sort());
    for (const { Properties } of Object.values(preflights)) {
      const headers = Properties.Integration.IntegrationResponses[0].ResponseParameters;
      expect(headers["method.response.header.Access-Control-Allow-Origin"]).toBe("'*'");
      const path = pathOf(Properties.ResourceId);
      const own = routes.filter((route) => route.path === path).map(({ method }) => method);
      expect(headers["method.response.header.Access-Control-Allow-Methods"]).toBe(`'${[...own, "OPTIONS"].join(",")}'`);
      expect(headers["method.response.header.Access-Control-Allow-Headers"]).toMatch(/^'\*,Authorization,.*X-Api-Key/);
      expect(headers["method.response.header.Access-Control-Allow-Headers"]).toContain(",X-Fal-Target-Url,");
      expect(headers["method.response.header.Access-Control-Expose-Headers"]).toMatch(
        /^'\*,Location,.*X-Fal-Request-Id/,
      );
      expect(headers["method.response.header.Access-Control-Max-Age"]).toBe("'7200'");
      expect(Properties.ApiKeyRequired).toBe(false);
    }
  });

  test("the API's routes stream only a job's events and the proxy's reads, for longer than their functions run", () => {
    const streaming = integrations.filter(({ ResponseTransferMode }) => ResponseTransferMode === "STREAM");
    const target = (id: string) => [
      expect.stringMatching(/2021-11-15\/functions\/$/),
      { "Fn::GetAtt": [id, "Arn"] },
      "/response-streaming-invocations",
    ];
    expect(streaming.map(({ Uri, TimeoutInMillis }) => [Uri["Fn::Join"][1].slice(-3), TimeoutInMillis])).toEqual([
      [target("EventsFunction"), 90_000],
      [target("ProxyReadFunction"), 880_000],
    ]);
    const { EventsFunction, ProxyReadFunction } = resources;
    expect([EventsFunction, ProxyReadFunction].map(({ Properties }) => Properties.Timeout)).toEqual([80, 870]);
  });

  test("the API's routes are given API Gateway's longest timeout, and cannot be invoked from its test console", () => {
    const whole = integrations.filter(({ ResponseTransferMode }) => ResponseTransferMode === undefined);
    expect(new Set(whole.map(({ TimeoutInMillis }) => TimeoutInMillis))).toEqual(new Set([29_000]));
    expect(JSON.stringify(template.findResources("AWS::Lambda::Permission"))).not.toContain("test-invoke-stage");
  });
});

describe("the API's stage", () => {
  const [stage] = Object.values(template.findResources("AWS::ApiGateway::Stage"));

  test("the API's stage is regional and treats only multipart as binary", () => {
    template.hasResourceProperties("AWS::ApiGateway::RestApi", {
      EndpointConfiguration: { Types: ["REGIONAL"] },
      BinaryMediaTypes: ["multipart/form-data"],
    });
  });

  test("the API's stage compresses the API's description and no single job", () => {
    template.hasResourceProperties("AWS::ApiGateway::RestApi", { MinimumCompressionSize: 10_240 });
  });

  test("P30: the API's stage gives every route its own limit: keys together, callers without a key, and webhooks", () => {
    const limits = stage?.Properties.MethodSettings.map((setting: Record<string, unknown>) => [
      `${setting.HttpMethod} ${String(setting.ResourcePath)
        .replace(/^\/(?=~1)/, "")
        .replaceAll("~1", "/")}`,
      setting.ThrottlingRateLimit,
      setting.ThrottlingBurstLimit,
    ]);
    const expected = [
      // Also the fallbacks, which have no limit of their own.
      ["* /*", 5, 10],
      ...routes.map(({ method, path, needsKey }) => {
        if (path.startsWith("/webhooks/")) return [`${method} ${path}`, 500, 1000];
        return needsKey ? [`${method} ${path}`, 400, 1000] : [`${method} ${path}`, 5, 10];
      }),
      ...paths.map((path) => [`OPTIONS ${path}`, 400, 1000]),
    ];
    expect(new Set(limits)).toEqual(new Set(expected));
    expect(limits).toContainEqual(["GET /openapi.json", 5, 10]);
    expect(limits).toContainEqual(["OPTIONS /jobs/{id}", 400, 1000]);
  });

  test("the API's stage never logs a URL: no stage tracing, no execution logs, and access logs contain only the route's pattern", () => {
    expect(stage?.Properties.TracingEnabled).toBe(false);
    for (const setting of stage?.Properties.MethodSettings ?? []) {
      expect(setting).toMatchObject({ LoggingLevel: "OFF", DataTraceEnabled: false });
    }
    const format = JSON.parse(stage?.Properties.AccessLogSetting.Format);
    expect(format).toMatchObject({ route: "$context.resourcePath", apiKeyId: "$context.identity.apiKeyId" });
    const recorded = Object.values(format);
    expect(recorded).not.toContain("$context.path");
    expect(recorded).not.toContain("$context.identity.apiKey");
  });

  test("the API's stage has a usage plan with a throttle for its key, and a quota only when configured", async () => {
    template.hasResourceProperties("AWS::ApiGateway::UsagePlan", {
      Throttle: { RateLimit: 100, BurstLimit: 500 },
      Quota: Match.absent(),
    });
    template.hasResourceProperties("AWS::ApiGateway::UsagePlanKey", { KeyId: { Ref: "ApiKey" } });
    (await templateOf("quotaPerDay")).hasResourceProperties("AWS::ApiGateway::UsagePlan", {
      Quota: { Limit: 5_000, Period: "DAY" },
    });
  });

  test("the API's stage depends on the account's logging role, unless a setting disables that role", async () => {
    const [account] = Object.keys(template.findResources("AWS::ApiGateway::Account"));
    expect(stage?.DependsOn).toContain(account);
    (await templateOf("manageApiGatewayAccountOff")).resourceCountIs("AWS::ApiGateway::Account", 0);
  });

  test("the API's stage is deployed with every method and every gateway response", () => {
    const [deployment] = Object.values(template.findResources("AWS::ApiGateway::Deployment"));
    const parts = ["AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse"].flatMap((type) =>
      Object.keys(template.findResources(type)),
    );
    expect(deployment?.DependsOn).toEqual(expect.arrayContaining(parts));
  });
});

describe("the API's gateway responses", () => {
  const refusals = readRefusals(template);
  const find = (name: string) => refusals.find(({ type }) => type === name);

  test.each([
    ["INVALID_API_KEY", 401, "unauthorized"],
    ["MISSING_AUTHENTICATION_TOKEN", 404, "not_found"],
    ["INVALID_SIGNATURE", 404, "not_found"],
    ["ACCESS_DENIED", 403, "forbidden"],
    ["THROTTLED", 429, "throttled"],
    ["QUOTA_EXCEEDED", 429, "quota_exceeded"],
    ["REQUEST_TOO_LARGE", 413, "body_too_large"],
    ["UNSUPPORTED_MEDIA_TYPE", 415, "unsupported_media_type"],
    ["BAD_REQUEST_BODY", 400, "malformed_request"],
    ["DEFAULT_4XX", 400, "malformed_request"],
    ["DEFAULT_5XX", 500, "internal_error"],
    ["INTEGRATION_FAILURE", 500, "integration_failure"],
    ["INTEGRATION_TIMEOUT", 500, "integration_timeout"],
  ])("the API's gateway responses answer %s with %i and the code %s", (type, status, code) => {
    expect(find(type)).toMatchObject({ status, problem: { status, code } });
  });

  test("the API's gateway responses never make fal's client repeat a POST, unless it reached no function", () => {
    const sentAgain = refusals.filter(({ status }) => [429, 502, 503, 504].includes(status));
    expect(sentAgain.map(({ type }) => type).sort()).toEqual(["QUOTA_EXCEEDED", "THROTTLED"]);
  });

  test("the API's gateway responses are all problems that a page of another origin can read", () => {
    for (const { headers } of refusals) {
      expect(headers).toMatchObject({
        "gatewayresponse.header.Content-Type": "'application/problem+json'",
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
        "gatewayresponse.header.Access-Control-Expose-Headers": expect.stringMatching(/^'\*,/),
      });
    }
  });

  test("the API's gateway responses link to the page of their code, with the same status, at the same address as the functions use", async () => {
    const pages: ReadonlyMap<string, { readonly status?: number }> = new Map(Object.entries(ERROR_PAGES));
    const deployedUrl = resolveText(resources.ReadFunction.Properties.Environment.Variables.PUBLIC_URL, resources);
    for (const { status, problem } of refusals) {
      expect(pages.get(problem.code), problem.code).toMatchObject({ status });
      expect(problem.title).toBe(TITLES[status]);
      expect(problem.type).toBe(`${deployedUrl}/errors/${problem.code}`);
    }
    const { publicUrl } = variants.publicUrl;
    for (const { problem } of readRefusals(await templateOf("publicUrl")))
      expect(problem.type).toBe(`${publicUrl}/errors/${problem.code}`);
  });

  test("A22: the API's gateway responses state when to retry, and to repeat a failed request with its Idempotency-Key", () => {
    expect(find("THROTTLED")?.headers["gatewayresponse.header.Retry-After"]).toBe("'1'");
    expect(find("QUOTA_EXCEEDED")?.headers["gatewayresponse.header.Retry-After"]).toBe("'3600'");
    for (const type of ["DEFAULT_5XX", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"]) {
      expect(find(type)?.headers["gatewayresponse.header.Retry-After"]).toBe("'5'");
      expect(find(type)?.problem.detail).toContain("with the same Idempotency-Key");
    }
  });
});

function isGetAtt(part: unknown): boolean {
  return typeof part === "object" && part !== null && "Fn::GetAtt" in part;
}

/** The path of a resource, from its `Ref` and its parents; the root is `Fn::GetAtt: [Api, RootResourceId]`. */
function pathOf(resource: { readonly Ref?: string }): string {
  if (resource.Ref === undefined) return "/";
  const { ParentId, PathPart } = resources[resource.Ref].Properties;
  const parent = pathOf(ParentId);
  return parent === "/" ? `/${PathPart}` : `${parent}/${PathPart}`;
}
