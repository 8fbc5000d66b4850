import type { APIGatewayProxyEvent } from "aws-lambda";

interface EventOptions {
  readonly method?: string;
  readonly resource?: string;
  readonly path?: string;
  readonly pathParameters?: Record<string, string>;
  /** One value or several per header, names in any case. */
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly apiKeyId?: string | null;
}

/** A REST API proxy event (v1) as API Gateway documents it. */
export function gatewayEvent(options: EventOptions = {}): APIGatewayProxyEvent {
  const { method = "POST", resource = "/jobs", apiKeyId = "key-id-1" } = options;
  const headers = Object.entries(options.headers ?? { "Content-Type": "application/json" });
  const path = options.path ?? resource;
  return {
    resource,
    path,
    httpMethod: method,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, [value].flat().at(-1)])),
    multiValueHeaders: Object.fromEntries(headers.map(([name, value]) => [name, [value].flat()])),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: options.pathParameters ?? null,
    stageVariables: null,
    body: options.body ?? null,
    isBase64Encoded: options.isBase64Encoded ?? false,
    requestContext: {
      accountId: "123456789012",
      apiId: "api",
      authorizer: undefined,
      protocol: "HTTP/1.1",
      httpMethod: method,
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: "203.0.113.9",
        user: null,
        userAgent: null,
        userArn: null,
      },
      path,
      stage: "prod",
      requestId: "request-1",
      requestTimeEpoch: Date.now(),
      resourceId: "resource",
      resourcePath: resource,
    },
  };
}
