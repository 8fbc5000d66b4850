import { Duration } from "aws-cdk-lib";
import { type IRestApi, LambdaIntegration, ResponseTransferMode } from "aws-cdk-lib/aws-apigateway";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Functions } from "./job-functions.ts";
import { fallbackFunction, resourcePaths, routes } from "./routes.ts";

/** API Gateway's maximum for an answer that is whole; what a function does in this time is its own business. */
const integrationTimeoutSeconds = 29;

/**
 * Connects the routes to their functions, and every other path and method to the fallback: API Gateway itself answers an
 * unknown path and a wrong method alike, and a request with an Authorization header as one with a bad signature.
 */
export function connectRoutes(restApi: IRestApi, functions: Functions): void {
  for (const { path, method, function: name, needsKey, streamTimeoutSeconds } of routes) {
    const integration = integrate(functions(name), streamTimeoutSeconds);
    restApi.root.resourceForPath(path).addMethod(method, integration, { apiKeyRequired: needsKey });
  }
  for (const path of [...resourcePaths(), "/{proxy+}"]) {
    restApi.root
      .resourceForPath(path)
      .addMethod("ANY", integrate(functions(fallbackFunction)), { apiKeyRequired: false });
  }
}

function integrate(handler: IFunction, streamTimeoutSeconds?: number): LambdaIntegration {
  return new LambdaIntegration(handler, {
    allowTestInvoke: false,
    timeout: Duration.seconds(streamTimeoutSeconds ?? integrationTimeoutSeconds),
    ...(streamTimeoutSeconds !== undefined && { responseTransferMode: ResponseTransferMode.STREAM }),
  });
}
