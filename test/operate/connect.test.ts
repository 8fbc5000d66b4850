import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeServer, listenOnLoopback } from "../../local/stack/listening.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { connectStack } from "../../operate/connect.ts";
import { templateOf } from "../infra/templates.ts";

/** What CloudFormation returns at once. */
const pageSize = 100;
let resources: readonly (readonly [id: string, type: string])[];
let client: CloudFormationClient;
let close: () => Promise<void>;

beforeAll(async () => {
  const template: Readonly<Record<string, { Type: string }>> = (await templateOf("default")).toJSON().Resources;
  resources = Object.entries(template).map(([id, { Type }]) => [id, Type]);
  const server = createServer(async (request, response) => {
    const asked = new URLSearchParams(await text(request));
    const known = asked.get("Action") === "ListStackResources" && asked.get("StackName") === "FalJobs";
    response.writeHead(known ? 200 : 400, { "content-type": "text/xml" });
    response.end(known ? pageFrom(Number(asked.get("NextToken") ?? 0)) : refusal);
  });
  const port = await listenOnLoopback(server, 0);
  client = new CloudFormationClient({ endpoint: `http://127.0.0.1:${port}`, ...localCaller });
  close = () => closeServer(server, 1_000);
});

afterAll(() => close?.());

const refusal =
  "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack does not exist</Message></Error></ErrorResponse>";

function pageFrom(start: number): string {
  const end = start + pageSize;
  const members = resources
    .slice(start, end)
    .map(
      ([id, type]) =>
        `<member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>physical-${id}</PhysicalResourceId>` +
        `<ResourceType>${type}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>`,
    );
  const next = end < resources.length ? `<NextToken>${end}</NextToken>` : "";
  return `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>${members.join("")}</StackResourceSummaries>${next}</ListStackResourcesResult></ListStackResourcesResponse>`;
}

describe("a deployed stack", () => {
  it("every resource of a deployed stack is found, although CloudFormation returns them in pages", async () => {
    expect(resources.length).toBeGreaterThan(2 * pageSize);
    const installation = await connectStack("FalJobs", client);
    for (const [id] of resources) expect(installation.resourceOf(id)).toBe(`physical-${id}`);
    const table = resources.find(([, type]) => type === "AWS::DynamoDB::Table")?.[0];
    expect(installation.tableName).toBe(`physical-${table}`);
    expect(() => installation.resourceOf("NoFunction")).toThrow("the stack FalJobs has no NoFunction");
  });

  it("a stack that does not exist is named, with what CloudFormation says", async () => {
    await expect(connectStack("Other", client)).rejects.toThrow(
      "the stack Other could not be read: Stack does not exist",
    );
  });
});
