import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { TABLE_CONNECT_TIMEOUT_MS, TABLE_MAX_ATTEMPTS, TABLE_REQUEST_TIMEOUT_MS } from "../limits.ts";

/**
 * Puts an event into a function's own queue, and does not wait for the work. Throws when Lambda does not accept it.
 */
export type StartFunction = (event: object) => Promise<void>;

/** The only file that imports a Lambda client. `functionName`: of this stack. */
export function functionStarter(functionName: string): StartFunction {
  const client = new LambdaClient({
    maxAttempts: TABLE_MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: TABLE_CONNECT_TIMEOUT_MS,
      requestTimeout: TABLE_REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return async (event) => {
    const Payload = JSON.stringify(event);
    await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: "Event", Payload }));
  };
}
