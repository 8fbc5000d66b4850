import openapiTS, { astToString } from "openapi-typescript";

/** The types of an API, for openapi-fetch, from its OpenAPI document. */
export async function generateTypes(document: object): Promise<string> {
  // A field with a default need not be sent.
  return astToString(await openapiTS(JSON.stringify(document), { defaultNonNullable: false }));
}
