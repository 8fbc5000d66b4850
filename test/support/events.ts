import type { APIGatewayProxyEvent, DynamoDBStreamEvent } from "aws-lambda";

interface EventOptions {
  readonly method?: string;
  readonly resource?: string;
  readonly path?: string;
  readonly pathParameters?: Record<string, string>;
  readonly query?: Record<string, string | string[]>;
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
  const query = options.query
    ? Object.entries(options.query).map(([name, value]) => [name, [value].flat()] as const)
    : null;
  return {
    resource,
    path,
    httpMethod: method,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, [value].flat().at(-1)])),
    multiValueHeaders: Object.fromEntries(headers.map(([name, value]) => [name, [value].flat()])),
    queryStringParameters: query && Object.fromEntries(query.map(([name, values]) => [name, values.at(-1)])),
    multiValueQueryStringParameters: query && Object.fromEntries(query),
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

/** The event of the table's stream after rows with these ids have changed; sequence numbers count from 1. */
export function streamEvent(...ids: readonly string[]): DynamoDBStreamEvent {
  return {
    Records: ids.map((id, index) => ({
      eventName: "MODIFY",
      dynamodb: {
        Keys: { id: { S: id } },
        NewImage: { id: { S: id }, owner: { S: "owner-1" } },
        SequenceNumber: String(index + 1),
      },
    })),
  };
}
