import { DEPLOY_SETTINGS, type SettingDescription } from "../../infra/settings.ts";
import { LOCAL_SETTINGS } from "../../local/stack/settings-table.ts";
import { generatedFrom, table } from "./markdown.ts";

/** The page of settings. */
export function settingsPage(): string {
  return `${[
    generatedFrom("infra/settings.ts and local/stack/settings-table.ts"),
    "# Settings",
    "## Settings of a deployment",
    INTRODUCTION,
    settingsTable("setting", DEPLOY_SETTINGS),
    "## Settings on your machine",
    LOCAL_INTRODUCTION,
    settingsTable("variable", LOCAL_SETTINGS),
  ].join("\n\n")}\n`;
}

const INTRODUCTION = `Write settings into \`settings/default.json\`. \`npx cdk deploy\` reads that file each time:

\`\`\`json
{
  "$schema": "../docs/reference/settings.schema.json",
  "retentionDays": 90,
  "dailyBudgets": { "studio": 50, "*": 5 },
  "alarmEmail": "ops@example.com"
}
\`\`\`

With \`$schema\`, an editor completes the names and marks mistakes. The file has no secrets: commit it.

For [a second stack](deploy.md#a-second-stack), write another file and choose it with \`-c settings=staging\`. That file does not include the first one.
It must have a \`stackName\`, so that no other stack is updated by mistake.

\`-c\` with a setting's name overrides the file for one deployment. The deployment prints a line that the next one forgets it:

<!-- not run: needs an AWS account -->
\`\`\`sh
npx cdk deploy -c retentionDays=30 -c 'dailyBudgets={"studio": 80}'
\`\`\`

A malformed setting stops the deployment, and so does an unknown one in the file or a misspelled one after \`-c\`. The message names
the file and the setting. A word after \`-c\` that resembles no setting may be meant for the CDK: it has no effect, and the deployment
prints a warning. The CDK keeps keys of its own in
\`cdk.json\`, \`cdk.context.json\` and \`~/.cdk.json\`. They are ignored, but a setting in one of these files stops the deployment.`;

const LOCAL_INTRODUCTION = `\`npm start\` reads environment variables, and no file of settings. \`npm start -- --help\` prints the same list:

<!-- not run: runs until it is stopped -->
\`\`\`sh
PORT=4100 RENDER_SECONDS=30 npm start
\`\`\`

A malformed value stops \`npm start\`, and the message names the variable. An empty variable counts as not set.
\`npm start\` and the demo always use an emulator of fal, even when \`FAL_KEY\` is set. \`npm start -- --real-fal\` uses the
real fal, which costs money.`;

function settingsTable(kind: string, settings: readonly SettingDescription[]): string {
  return table(
    [kind, "default", "what it does"],
    settings.map(({ name, default: value, description }) => [
      `\`${name}\``,
      value === "off" ? value : `\`${value}\``,
      description,
    ]),
  );
}
