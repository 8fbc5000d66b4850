import { correctBills } from "../bills.ts";
import { type AddCommand, jobsOf } from "../command.ts";
import { environmentOf } from "../functions.ts";
import { policyOf } from "../policy.ts";
import { addWhere, readWhere } from "../where.ts";

export function addBills(add: AddCommand): void {
  const command = add({
    name: "bills",
    description: "ask fal for the bills of jobs of which it is unknown whether they are billed; it needs an admin key",
    work: async ({ installation, now }, options) => {
      const variables = await environmentOf(installation, "sweep");
      const where = readWhere(options, now());
      return correctBills(installation, where, variables.FAL_ENDPOINT_URL, policyOf(variables), now);
    },
    show: ({ unknown, billed, usd, read }) =>
      `${jobsOf(unknown)} of which it was unknown; fal has billed ${billed} of them, $${usd} in all. ${read.rows} rows were read, through ${read.by}.`,
  });
  addWhere(command);
}
