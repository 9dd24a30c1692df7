import { type DoctorOptions, doctor } from "../commands/doctor.ts";
import { explain } from "../commands/explain.ts";
import type { Group, Json } from "./group.ts";

/** Adds what finds and explains faults. */
export function addDiagnosisCommands({ program, context, jsonOption }: Group): void {
  program
    .command("doctor")
    .description(
      "look over what keeps servers and clients from working; exit code 1 when something has failed",
    )
    .addOption(jsonOption())
    .option("--server <name>", "this server alone")
    .option("--report", "print plain text to be copied into a report, secrets stripped")
    .action((options: DoctorOptions) => doctor(context(), options));

  program
    .command("explain")
    .description("say what an error's code means, and what to do; without a code, list them")
    .argument("[code]", "as in `error: CODE: …`")
    .addOption(jsonOption())
    .action((code: string | undefined, options: Json) => explain(context(), code, options));
}
