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

const INTRODUCTION = `Give a setting on the command line, or write it under \`context\` in \`cdk.json\`:

<!-- not run: needs an AWS account -->
\`\`\`sh
npx cdk deploy -c retentionDays=90 -c 'dailyBudgets={"studio": 50, "*": 5}'
\`\`\`

An unknown or malformed setting stops the deployment, and the message names it.`;

const LOCAL_INTRODUCTION = `\`npm start\` reads environment variables. \`npm start -- --help\` prints the same list:

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
