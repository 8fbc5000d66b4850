import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { type Installation, OpsError } from "./connect.ts";

/** A function by its name under `lambdas/functions/`. */
export type FunctionName = "submit" | "change" | "read" | "owner" | "webhook" | "sweep" | "archive" | "deliver";

/** The variables of a function of the installation, such as `PUBLIC_URL` and `DAILY_BUDGETS` of `submit`. */
export async function environmentOf(
  installation: Installation,
  name: FunctionName,
): Promise<Readonly<Record<string, string>>> {
  const client = new LambdaClient(installation.aws("lambda"));
  const FunctionName = functionName(installation, name);
  const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
  return Environment?.Variables ?? {};
}

/** Runs a function with an event, and returns its response. Throws OpsError if the function fails. */
export async function invoke(installation: Installation, name: FunctionName, event: object): Promise<unknown> {
  const client = new LambdaClient(installation.aws("lambda"));
  const FunctionName = functionName(installation, name);
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
  );
  const text = Payload?.transformToString() ?? "null";
  if (FunctionError !== undefined) throw new OpsError(`the function ${name} failed: ${text}`);
  return JSON.parse(text);
}

function functionName(installation: Installation, name: FunctionName): string {
  return installation.resourceOf(`${name.charAt(0).toUpperCase()}${name.slice(1)}Function`);
}
