import { Duration } from "aws-cdk-lib";
import { type IRestApi, LambdaIntegration, ResponseTransferMode } from "aws-cdk-lib/aws-apigateway";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { corsPreflight } from "./cors.ts";
import type { Functions } from "./job-functions.ts";
import { fallbackFunction, fallbackPaths, preflightMethods, routes } from "./routes.ts";

/** API Gateway's maximum for an answer that is not streamed. The functions set their own time limits. */
const integrationTimeoutSeconds = 29;

/**
 * Connects the routes to their functions, and every other path and method to the fallback. Without the fallback, API
 * Gateway would answer an unknown path and a wrong method alike, and would report a bad signature for a request with an
 * Authorization header.
 */
export function connectRoutes(restApi: IRestApi, functions: Functions): void {
  for (const { path, method, function: name, needsKey, streamTimeoutSeconds } of routes) {
    const integration = integrate(functions(name), streamTimeoutSeconds);
    restApi.root.resourceForPath(path).addMethod(method, integration, { apiKeyRequired: needsKey });
  }
  for (const path of fallbackPaths()) {
    const resource = restApi.root.resourceForPath(path);
    resource.addMethod("ANY", integrate(functions(fallbackFunction)), { apiKeyRequired: false });
    resource.addCorsPreflight({ ...corsPreflight, allowMethods: preflightMethods(path) });
  }
}

function integrate(handler: IFunction, streamTimeoutSeconds?: number): LambdaIntegration {
  return new LambdaIntegration(handler, {
    allowTestInvoke: false,
    timeout: Duration.seconds(streamTimeoutSeconds ?? integrationTimeoutSeconds),
    ...(streamTimeoutSeconds !== undefined && { responseTransferMode: ResponseTransferMode.STREAM }),
  });
}
