import type { APIGatewayProxyEvent } from "aws-lambda";
import { gatewayEvent } from "./events.ts";

/** A form as a browser or curl encodes it and API Gateway passes it on, which is as base64 (rule A1). */
export async function formEvent(
  form: FormData,
  options: { readonly headers?: Record<string, string>; readonly apiKeyId?: string } = {},
): Promise<APIGatewayProxyEvent> {
  const encoded = new Response(form);
  const contentType = encoded.headers.get("content-type") ?? "";
  const bytes = Buffer.from(await encoded.arrayBuffer());
  return rawFormEvent(bytes, contentType, options);
}

/** The same for bytes that the test has encoded itself. */
export function rawFormEvent(
  bytes: Buffer,
  contentType: string,
  { headers = {}, ...options }: { readonly headers?: Record<string, string>; readonly apiKeyId?: string } = {},
): APIGatewayProxyEvent {
  const body = bytes.toString("base64");
  return gatewayEvent({
    ...options,
    headers: { "Content-Type": contentType, ...headers },
    body,
    isBase64Encoded: true,
  });
}

/** A form of these fields; a Blob becomes a file. */
export function formOf(...fields: readonly (readonly [name: string, value: string | Blob])[]): FormData {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
}
