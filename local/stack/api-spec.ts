import { z } from "zod";
import { isRecord, type Resources, referredIds, resolveText } from "./intrinsics.ts";

/** What answers a method: a function, or a fixed answer (the CORS preflight). */
export type Integration =
  | {
      readonly kind: "function";
      readonly functionId: string;
      readonly timeoutMs: number;
      /** Whether the answer is streamed instead of buffered. */
      readonly streams: boolean;
    }
  | {
      readonly kind: "mock";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    };

/** One method of one resource, e.g. `GET /jobs/{id}`; the method may be `ANY`. */
export type Route = {
  readonly resourcePath: string;
  readonly resourceId: string;
  readonly method: string;
  readonly keyRequired: boolean;
  readonly integration: Integration;
};

/** One of the gateway's own responses, as the template defines it. */
export type GatewayResponseSpec = {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<string, string>>;
};

/** The REST API of the template; gateway responses by type, e.g. `THROTTLED`. */
export type ApiSpec = {
  readonly id: string;
  readonly stage: string;
  readonly binaryMediaTypes: readonly string[];
  readonly routes: readonly Route[];
  readonly responses: Readonly<Record<string, GatewayResponseSpec>>;
};

const resourceSchema = z.object({ PathPart: z.string(), ParentId: z.unknown().optional() });
const textMapSchema = z.record(z.string(), z.string()).default({});
const mockResponseSchema = z.object({
  StatusCode: z.coerce.number(),
  ResponseParameters: textMapSchema,
  ResponseTemplates: textMapSchema,
});
const methodSchema = z.object({
  HttpMethod: z.string(),
  ResourceId: z.unknown().optional(),
  ApiKeyRequired: z.boolean().default(false),
  Integration: z.object({
    Type: z.string(),
    Uri: z.unknown().optional(),
    TimeoutInMillis: z.number().default(29_000),
    ResponseTransferMode: z.enum(["BUFFERED", "STREAM"]).default("BUFFERED"),
    IntegrationResponses: z.array(mockResponseSchema).default([]),
  }),
});
const responseSchema = z.object({
  ResponseType: z.string(),
  StatusCode: z.coerce.number().optional(),
  ResponseParameters: textMapSchema,
  ResponseTemplates: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Reads the template's one REST API.
 * @throws Error or ZodError if there is not exactly one, or if a method's integration is neither a function nor a mock.
 */
export function readApi(resources: Resources, functionIds: ReadonlySet<string>): ApiSpec {
  const all = Object.entries(resources);
  const apis = all.filter(([, { Type }]) => Type === "AWS::ApiGateway::RestApi");
  const [api] = apis;
  if (api === undefined || apis.length !== 1)
    throw new Error(`the template has ${apis.length} REST APIs instead of one`);
  const stage = all.find(([, { Type }]) => Type === "AWS::ApiGateway::Stage")?.[1].Properties.StageName;
  return {
    id: api[0],
    stage: typeof stage === "string" ? stage : "prod",
    binaryMediaTypes: z.array(z.string()).default([]).parse(api[1].Properties.BinaryMediaTypes),
    routes: all.flatMap(([, { Type, Properties }]) =>
      Type === "AWS::ApiGateway::Method" ? [readRoute(Properties, resources, functionIds)] : [],
    ),
    responses: Object.fromEntries(
      all.flatMap(([, { Type, Properties }]) =>
        Type === "AWS::ApiGateway::GatewayResponse" ? [readGatewayResponse(Properties, resources)] : [],
      ),
    ),
  };
}

/** The same API, but its gateway's own responses contain this base URL instead of the deployed one. */
export function moveApi(api: ApiSpec, deployedUrl: string, publicUrl: string): ApiSpec {
  const moved = Object.entries(api.responses).map(([type, response]) => {
    const templates = Object.entries(response.templates).map(
      ([mediaType, text]) => [mediaType, text.replaceAll(deployedUrl, publicUrl)] as const,
    );
    return [type, { ...response, templates: Object.fromEntries(templates) }] as const;
  });
  return { ...api, responses: Object.fromEntries(moved) };
}

function readRoute(properties: unknown, resources: Resources, functionIds: ReadonlySet<string>): Route {
  const method = methodSchema.parse(properties);
  const [resourceId = ""] = referredIds(method.ResourceId);
  const resourcePath = readPath(method.ResourceId, resources);
  return {
    resourcePath,
    resourceId,
    method: method.HttpMethod,
    keyRequired: method.ApiKeyRequired,
    integration: readIntegration(method, `${method.HttpMethod} ${resourcePath}`, functionIds),
  };
}

function readPath(id: unknown, resources: Resources): string {
  const parts: string[] = [];
  for (let next = id; !isRecord(next) || next["Fn::GetAtt"] === undefined; ) {
    const [logicalId = ""] = referredIds(next);
    const resource = resourceSchema.parse(resources[logicalId]?.Properties);
    parts.unshift(resource.PathPart);
    next = resource.ParentId;
  }
  return `/${parts.join("/")}`;
}

function readIntegration(
  method: z.infer<typeof methodSchema>,
  name: string,
  functionIds: ReadonlySet<string>,
): Integration {
  const { Type, Uri, TimeoutInMillis, ResponseTransferMode, IntegrationResponses } = method.Integration;
  const functionId = referredIds(Uri).find((id) => functionIds.has(id));
  if (Type === "AWS_PROXY" && functionId) {
    const streams = ResponseTransferMode === "STREAM";
    return { kind: "function", functionId, timeoutMs: TimeoutInMillis, streams };
  }
  const [response] = IntegrationResponses;
  if (Type !== "MOCK" || !response) throw new Error(`the local gateway does not support the integration of ${name}`);
  return {
    kind: "mock",
    status: response.StatusCode,
    headers: readHeaders(response.ResponseParameters, "method.response.header."),
    body: response.ResponseTemplates["application/json"] ?? "",
  };
}

function readGatewayResponse(properties: unknown, resources: Resources): [string, GatewayResponseSpec] {
  const response = responseSchema.parse(properties);
  const templates = Object.entries(response.ResponseTemplates);
  return [
    response.ResponseType,
    {
      status: response.StatusCode,
      headers: readHeaders(response.ResponseParameters, "gatewayresponse.header."),
      templates: Object.fromEntries(templates.map(([type, template]) => [type, resolveText(template, resources)])),
    },
  ];
}

// Header values are literals in single quotes, or names from the request's context, which stay unchanged.
function readHeaders(parameters: Readonly<Record<string, string>>, prefix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value.replace(/^'(.*)'$/s, "$1")]] : [],
    ),
  );
}
