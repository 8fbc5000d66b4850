import { findMisfits } from "./misfits.ts";
import { mutations } from "./mutations.ts";

/**
 * Prints the mutations that no longer fit the code; exits with 1 if there are any. `node --import tsx
 * test/mutation/fit.ts`.
 */
const misfits = findMisfits(mutations);
for (const misfit of misfits) console.log(misfit);
console.log(`${mutations.length} mutations, ${misfits.length} misfits`);
process.exit(misfits.length > 0 ? 1 : 0);
