/** The event that API Gateway passes to a function for a request with a JSON body. */
export function makeEvent(
  resource: string,
  body: string,
  options: {
    readonly path?: string;
    readonly pathParameters?: Record<string, string>;
    readonly headers?: Record<string, string>;
  } = {},
): object {
  const headers = { "Content-Type": "application/json", Host: "api.example", ...options.headers };
  return {
    resource,
    path: options.path ?? resource,
    httpMethod: "POST",
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: options.pathParameters ?? null,
    stageVariables: null,
    requestContext: {
      requestId: "bench",
      httpMethod: "POST",
      resourcePath: resource,
      stage: "prod",
      identity: { apiKeyId: "bench", sourceIp: "127.0.0.1" },
    },
    body,
    isBase64Encoded: false,
  };
}

/** The input of every measured job. */
export const jobInput = { prompt: "the tide comes in", image_url: "https://images.example/sea.jpg" };

/** `POST /jobs` with a hosted picture. */
export function makeJobEvent(prompt: string = jobInput.prompt): object {
  return makeEvent("/jobs", JSON.stringify({ input: { ...jobInput, prompt } }));
}

/** A webhook delivery of fal's for a job. */
export function makeWebhookEvent(
  jobId: string,
  token: string,
  { headers, body }: { readonly headers: Record<string, string>; readonly body: string },
): object {
  const path = `/webhooks/fal/${jobId}/${token}`;
  return makeEvent("/webhooks/fal/{id}/{token}", body, { path, pathParameters: { id: jobId, token }, headers });
}
