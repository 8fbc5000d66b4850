import { createServer } from "node:http";

// Answers each POST like a table that has one job, and each GET like fal about a finished request. It runs in a process
// of its own, so that its work is not counted.
const row = { id: { S: "job" }, version: { N: "7" }, text: { S: "x".repeat(1_800) } };
const table = JSON.stringify({ Item: row });
const fal = JSON.stringify({ status: "COMPLETED", request_id: "r", logs: null, metrics: { inference_time: 12.5 } });

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    const isTable = request.method === "POST";
    response.setHeader("content-type", isTable ? "application/x-amz-json-1.0" : "application/json");
    response.end(isTable ? table : fal);
  });
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address().port));
process.on("disconnect", () => process.exit());
