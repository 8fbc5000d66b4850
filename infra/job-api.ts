import { Fn, RemovalPolicy, Size } from "aws-cdk-lib";
import {
  AccessLogField,
  AccessLogFormat,
  ApiKey,
  EndpointType,
  type IRestApi,
  LogGroupLogDestination,
  type MethodDeploymentOptions,
  MethodLoggingLevel,
  Period,
  RestApi,
  type StageOptions,
  UsagePlan,
} from "aws-cdk-lib/aws-apigateway";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { GatewayAccount } from "./gateway-account.ts";
import { GatewayResponses } from "./gateway-responses.ts";
import { pinLogicalId } from "./logical-id.ts";
import { fallbackPaths, type Route, routes, webhookRoute } from "./routes.ts";
import type { Settings } from "./settings.ts";

/** The API's description and long lists of jobs are larger; a job, whose state callers poll, is smaller. */
const compressedFrom = Size.kibibytes(10);

/**
 * The REST API with its stage, access log, gateway responses, first API key and usage plan. Its routes are connected
 * elsewhere.
 */
export class JobApi extends Construct {
  readonly restApi: RestApi;
  readonly apiKey: ApiKey;
  /** Base URL of the API for callers and fal, without a trailing slash. */
  readonly publicUrl: string;
  /** Other base URLs under which the API is reached, or was reached before. */
  readonly otherUrls: readonly string[];

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.restApi = this.createRestApi(settings);
    this.apiKey = this.createApiKey(settings);
    const ownUrl = stageUrl(this.restApi, settings);
    this.publicUrl = settings.publicUrl ?? ownUrl;
    this.otherUrls = [...(settings.publicUrl === undefined ? [] : [ownUrl]), ...settings.formerUrls];
    new GatewayResponses(this, "Refusals", this.restApi, this.publicUrl);
    if (settings.manageApiGatewayAccount) {
      this.restApi.deploymentStage.node.addDependency(
        new GatewayAccount(this, "GatewayAccount", this.apiKey, settings),
      );
    }
  }

  private createRestApi(settings: Settings): RestApi {
    const accessLog = new LogGroup(this, "AccessLog", {
      retention: settings.logRetentionDays,
      removalPolicy: settings.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const restApi = new RestApi(this, "RestApi", {
      restApiName: settings.stackName,
      description: "Durable jobs for fal.ai's image-to-video models",
      endpointConfiguration: { types: [EndpointType.REGIONAL] },
      // Exactly this entry: with any other, the functions would receive JSON bodies as base64.
      binaryMediaTypes: ["multipart/form-data"],
      // Only answers that a function gives as a whole: streams and small answers stay as they are, and so does what
      // callers and fal send.
      minCompressionSize: compressedFrom,
      cloudWatchRole: false,
      ...(settings.disableExecuteApiEndpoint && { disableExecuteApiEndpoint: true }),
      deployOptions: stageOptions(accessLog, settings),
    });
    pinLogicalId(restApi, "Api");
    // API Gateway applies this only with a new deployment.
    if (settings.disableExecuteApiEndpoint)
      restApi.latestDeployment?.addToLogicalId({ disableExecuteApiEndpoint: true });
    // The CDK's own output repeats the URL that the stack outputs as ApiUrl.
    restApi.node.tryRemoveChild("Endpoint");
    return restApi;
  }

  private createApiKey({ rateLimitPerSecond, burstLimit, quotaPerDay }: Settings): ApiKey {
    const apiKey = new ApiKey(this, "ApiKey", { description: "First API key of the stack" });
    pinLogicalId(apiKey, "ApiKey");
    const usagePlan = new UsagePlan(this, "UsagePlan", {
      throttle: { rateLimit: rateLimitPerSecond, burstLimit },
      ...(quotaPerDay === undefined ? {} : { quota: { limit: quotaPerDay, period: Period.DAY } }),
    });
    usagePlan.addApiStage({ stage: this.restApi.deploymentStage });
    usagePlan.addApiKey(apiKey);
    return apiKey;
  }
}

/** Not `restApi.url`: that refers to the stage, which depends on the functions, and they need the URL. */
function stageUrl(restApi: IRestApi, { stageName }: Settings): string {
  return Fn.sub(`https://\${Api}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/${stageName}`, {
    Api: restApi.restApiId,
  });
}

function stageOptions(accessLog: LogGroup, settings: Settings): StageOptions {
  return {
    stageName: settings.stageName,
    accessLogDestination: new LogGroupLogDestination(accessLog),
    accessLogFormat: accessLogFormat(),
    ...quiet,
    tracingEnabled: false,
    // The default is what a caller without a key may do, so that it also limits the fallbacks.
    throttlingRateLimit: settings.keylessRatePerSecond,
    throttlingBurstLimit: settings.keylessBurst,
    // Every route has its own token bucket, so that other traffic cannot use up the webhooks' share.
    methodOptions: Object.fromEntries([
      ...routes.map((route) => [`${route.path}/${route.method}`, throttle(route, settings)]),
      ...fallbackPaths().map((path) => [`${path}/OPTIONS`, throttleOfKeys(settings)]),
    ]),
  };
}

// Execution logs and stage traces record URLs, and a webhook's URL contains its job's token.
const quiet: MethodDeploymentOptions = { loggingLevel: MethodLoggingLevel.OFF, dataTraceEnabled: false };

function throttle(route: Route, settings: Settings): MethodDeploymentOptions {
  if (route.needsKey) return throttleOfKeys(settings);
  return route === webhookRoute
    ? { ...quiet, throttlingRateLimit: settings.webhookRatePerSecond, throttlingBurstLimit: settings.webhookBurst }
    : { ...quiet, throttlingRateLimit: settings.keylessRatePerSecond, throttlingBurstLimit: settings.keylessBurst };
}

/** A preflight carries no key, but a browser sends one for each request that has a key. No function answers it. */
function throttleOfKeys({ routeRatePerSecond, routeBurst }: Settings): MethodDeploymentOptions {
  return { ...quiet, throttlingRateLimit: routeRatePerSecond, throttlingBurstLimit: routeBurst };
}

/**
 * One JSON object per request. It contains the route's pattern but never the path, and the key's id but never the key.
 */
function accessLogFormat(): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      requestId: AccessLogField.contextRequestId(),
      time: AccessLogField.contextRequestTimeEpoch(),
      method: AccessLogField.contextHttpMethod(),
      route: AccessLogField.contextResourcePath(),
      status: AccessLogField.contextStatus(),
      errorType: AccessLogField.contextErrorResponseType(),
      apiKeyId: "$context.identity.apiKeyId",
      sourceIp: AccessLogField.contextIdentitySourceIp(),
      latencyMs: AccessLogField.contextResponseLatency(),
      integrationLatencyMs: AccessLogField.contextIntegrationLatency(),
      integrationStatus: AccessLogField.contextIntegrationStatus(),
    }),
  );
}
