import { describe, expect, test } from "vitest";
import { type FunctionName, functionNeeds } from "../../infra/function-needs.ts";
import { routes } from "../../infra/routes.ts";
import {
  API_BUDGET_MS,
  CALLBACK_TIMEOUT_MS,
  FAL_CANCEL_TIMEOUT_MS,
  PROXY_STREAM_MAX_MS,
  STREAM_MAX_MS,
  SWEEP_CLAIM_MS,
  SWEEP_LEASE_MS,
  SWEEP_OPEN_LANE_MS,
  SWEEP_SETTLED_LANE_MIN_MS,
  SWEEP_WORK_MAX_MS,
  VIDEO_COPY_TIMEOUT_MS,
} from "../../lambdas/limits.ts";
import { templateOf } from "./templates.ts";

/** API Gateway's longest wait for an answer that is not streamed. */
const GATEWAY_TIMEOUT_MS = 29_000;

const template = await templateOf("default");
const integrations = Object.values(template.findResources("AWS::ApiGateway::Method")).map(
  ({ Properties }) => Properties.Integration,
);

function timeoutMs(name: FunctionName): number {
  return functionNeeds[name].timeoutSeconds * 1000;
}

/** API Gateway's wait for an answer of the function. */
function gatewayTimeoutsMs(logicalId: string): number[] {
  return integrations
    .filter(({ Uri }) => JSON.stringify(Uri ?? "").includes(`"${logicalId}"`))
    .map(({ TimeoutInMillis }) => TimeoutInMillis);
}

describe("a function's timeout", () => {
  test.each(["sweep", "archive", "deliver"] as const)(
    "a function's timeout of %s ends before the lease of a claim does (P7)",
    (name) => {
      expect(timeoutMs(name)).toBeLessThan(SWEEP_LEASE_MS);
    },
  );

  test.each([
    ["sweep", SWEEP_CLAIM_MS + SWEEP_WORK_MAX_MS],
    ["sweep", SWEEP_OPEN_LANE_MS + SWEEP_WORK_MAX_MS + SWEEP_SETTLED_LANE_MIN_MS + FAL_CANCEL_TIMEOUT_MS],
    ["archive", VIDEO_COPY_TIMEOUT_MS],
    ["deliver", CALLBACK_TIMEOUT_MS],
  ] as const)("a function's timeout of %s is longer than its longest work (P7)", (name, workMs) => {
    expect(timeoutMs(name)).toBeGreaterThan(workMs);
  });

  test.each([
    ["events", "EventsFunction", STREAM_MAX_MS],
    ["proxy-read", "ProxyReadFunction", PROXY_STREAM_MAX_MS],
  ] as const)(
    "a function's timeout of %s is longer than its streams, and API Gateway's is longer still (A4)",
    (name, logicalId, maxMs) => {
      const [gatewayMs = 0, ...others] = gatewayTimeoutsMs(logicalId);
      expect(others).toEqual([]);
      expect(timeoutMs(name)).toBeGreaterThan(maxMs);
      expect(gatewayMs).toBeGreaterThan(timeoutMs(name));
    },
  );

  const answering = [...new Set(routes.filter(({ needsKey }) => needsKey).map((route) => route.function))];
  const whole = answering.filter((name) => !["events", "proxy-read"].includes(name));

  test.each([...whole, "webhook"] as const)(
    "a function's timeout of %s is longer than the time budget of an answer (A5)",
    (name) => {
      expect(timeoutMs(name)).toBeGreaterThan(API_BUDGET_MS);
      expect(timeoutMs(name)).toBeLessThanOrEqual(GATEWAY_TIMEOUT_MS);
    },
  );

  test("a function's timeout never ends after API Gateway's timeout", () => {
    const waits = integrations.filter(
      ({ Type, ResponseTransferMode }) => Type === "AWS_PROXY" && !ResponseTransferMode,
    );
    expect(new Set(waits.map(({ TimeoutInMillis }) => TimeoutInMillis))).toEqual(new Set([GATEWAY_TIMEOUT_MS]));
    for (const name of ["public", "health"] as const) expect(timeoutMs(name)).toBeLessThan(GATEWAY_TIMEOUT_MS);
  });
});
