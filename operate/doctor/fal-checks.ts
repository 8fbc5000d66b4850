import { jwksFetcher } from "../../lambdas/fal/signing-keys.ts";
import { falHealthId } from "../../lambdas/table/fal-health.ts";
import { readFalKey, tryFalKey } from "../fal.ts";
import { readItem } from "../items.ts";
import { type Check, type Patient, unwell, well } from "./check.ts";

const SET_KEY = "FAL_KEY=… npm run ops -- fal-key set";
/** fal refuses, and so do we, what is signed at a time further away than some minutes. */
const maxClockErrorMs = 60_000;

async function trial(patient: Patient) {
  const { FAL_ENDPOINT_URL, FAL_ENDPOINT_IDS = "" } = patient.variables;
  const key = (await readFalKey(patient.installation)) ?? "";
  return {
    ...(await tryFalKey(key, FAL_ENDPOINT_URL, FAL_ENDPOINT_IDS.split(","))),
    endpoints: FAL_ENDPOINT_IDS.split(","),
  };
}

/** The checks of fal, and of what the service needs of it. */
export const falChecks: readonly Check[] = [
  {
    id: "fal-key-set",
    name: "a fal key is stored",
    isRequired: true,
    needs: [],
    look: async ({ installation }) => {
      const key = await readFalKey(installation);
      return key === undefined ? unwell("the secret has no value", SET_KEY) : well("the secret has a value");
    },
  },
  {
    id: "fal-reachable",
    name: "fal can be reached",
    isRequired: true,
    needs: ["fal-key-set"],
    look: async (patient) => {
      const { kind, reason = "" } = await trial(patient);
      return kind === "unreachable" ? unwell(reason, "look at https://status.fal.ai") : well("fal answers");
    },
  },
  {
    id: "fal-key-accepted",
    name: "fal accepts the key",
    isRequired: true,
    needs: ["fal-reachable"],
    look: async (patient) => {
      const { kind, reason = "" } = await trial(patient);
      return kind === "fal_key_refused" ? unwell(reason, SET_KEY) : well("fal accepts it");
    },
  },
  {
    id: "fal-account",
    name: "fal's account is open and has credit",
    isRequired: true,
    needs: ["fal-key-accepted"],
    look: async (patient) => {
      const { kind, reason = "" } = await trial(patient);
      const credit = "add credit in fal's dashboard; if the account stays locked, ask fal's support";
      if (kind !== "accepted") return unwell(reason, credit);
      const health = await readItem(patient.installation, falHealthId());
      const error = health?.error as { readonly message?: string } | undefined;
      return health?.is_down === true
        ? unwell(`fal refused the latest submission: ${error?.message ?? "no reason is known"}`, credit)
        : well("no submission is refused");
    },
  },
  {
    id: "endpoints-known",
    name: "fal knows the endpoints",
    isRequired: true,
    needs: ["fal-key-accepted"],
    look: async (patient) => {
      const { kind, priced = [], endpoints } = await trial(patient);
      if (kind !== "accepted") return undefined;
      const unknown = endpoints.filter((endpoint) => !priced.includes(endpoint));
      return unknown.length === 0
        ? well(endpoints.join(", "))
        : unwell(`fal has no price for ${unknown.join(", ")}`, "correct the setting endpointIds, and deploy");
    },
  },
  {
    id: "signing-keys",
    name: "fal's signing keys can be read",
    isRequired: true,
    needs: [],
    look: async ({ variables }) => {
      try {
        const keys = await jwksFetcher(variables.FAL_ENDPOINT_URL)();
        return well(`${keys.length} keys`);
      } catch (error) {
        return unwell(String(error), "wait: webhooks are refused until then, and the sweep settles their jobs");
      }
    },
  },
  {
    id: "clock",
    name: "the clocks agree",
    isRequired: true,
    needs: ["fal-reachable"],
    look: async (patient) => {
      const { falTime } = await trial(patient);
      if (falTime === undefined) return undefined;
      const apartMs = Math.abs(falTime - patient.now());
      const seconds = `${Math.round(apartMs / 1000)} s apart from fal's`;
      return apartMs > maxClockErrorMs ? unwell(seconds, "correct the clock of this machine") : well(seconds);
    },
  },
];
