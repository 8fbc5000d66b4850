import { z } from "zod";
import { isRecord, ofType, type Resources, referredIds, resolveText } from "./intrinsics.ts";
import type { Rate } from "./throttle.ts";

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
  /** The limit of all requests of this method together. */
  readonly throttle: Rate | undefined;
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
  /** Whole answers of this size and more are compressed; undefined means none are. */
  readonly compressedFromBytes: number | undefined;
  /** The usage plan's limit of each API key. */
  readonly keyThrottle: Rate | undefined;
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
const rateSchema = { RateLimit: z.number(), BurstLimit: z.number() };
const usagePlanSchema = z.object({ Throttle: z.object(rateSchema) });
const methodSettingSchema = z.object({
  HttpMethod: z.string(),
  ResourcePath: z.string(),
  ThrottlingRateLimit: z.number(),
  ThrottlingBurstLimit: z.number(),
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
  const [stage] = ofType(resources, "AWS::ApiGateway::Stage").map(([, { Properties }]) => Properties);
  const rates = readRates(stage?.MethodSettings);
  return {
    id: api[0],
    stage: typeof stage?.StageName === "string" ? stage.StageName : "prod",
    binaryMediaTypes: z.array(z.string()).default([]).parse(api[1].Properties.BinaryMediaTypes),
    compressedFromBytes: z.number().optional().parse(api[1].Properties.MinimumCompressionSize),
    keyThrottle: readKeyThrottle(resources),
    routes: all.flatMap(([, { Type, Properties }]) =>
      Type === "AWS::ApiGateway::Method" ? [readRoute(Properties, resources, functionIds, rates)] : [],
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

function readKeyThrottle(resources: Resources): Rate | undefined {
  const [plan] = ofType(resources, "AWS::ApiGateway::UsagePlan").map(([, { Properties }]) => Properties);
  if (plan === undefined) return undefined;
  const { RateLimit, BurstLimit } = usagePlanSchema.parse(plan).Throttle;
  return { perSecond: RateLimit, burst: BurstLimit };
}

// A path has its slashes as `~1` behind one of its own: `/~1jobs~1{id}`, and `/` for the root.
function readRates(methodSettings: unknown): ReadonlyMap<string, Rate> {
  const settings = z.array(methodSettingSchema).default([]).parse(methodSettings);
  return new Map(
    settings.map(({ HttpMethod, ResourcePath, ThrottlingRateLimit, ThrottlingBurstLimit }) => [
      `${HttpMethod} ${ResourcePath.replace(/^\/(?=~1)/, "").replaceAll("~1", "/")}`,
      { perSecond: ThrottlingRateLimit, burst: ThrottlingBurstLimit },
    ]),
  );
}

function readRoute(
  properties: unknown,
  resources: Resources,
  functionIds: ReadonlySet<string>,
  rates: ReadonlyMap<string, Rate>,
): Route {
  const method = methodSchema.parse(properties);
  const [resourceId = ""] = referredIds(method.ResourceId);
  const resourcePath = readPath(method.ResourceId, resources);
  return {
    resourcePath,
    resourceId,
    method: method.HttpMethod,
    keyRequired: method.ApiKeyRequired,
    throttle: rates.get(`${method.HttpMethod} ${resourcePath}`) ?? rates.get("* /*"),
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
