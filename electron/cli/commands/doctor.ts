import { GatehouseError } from "../../../shared/errors.ts";
import type { Diagnosis, DiagnosisCheck } from "../../../shared/model/diagnosis.ts";
import { tally } from "../../../shared/model/diagnosis.ts";
import { withHub } from "../control.ts";
import { visible } from "../escape.ts";
import type { Context } from "./context.ts";

export interface DoctorOptions {
  readonly json?: true;
  readonly server?: string;
  readonly report?: true;
}

/** What keeps a hub from being asked, and so is the first finding itself. */
const WITHOUT_HUB: ReadonlySet<string> = new Set([
  "config_invalid",
  "home_unusable",
  "hub_running",
  "hub_untrusted",
  "internal",
  "storage_newer",
  "storage_unusable",
  "unauthorized",
]);

/**
 * `doctor`: looks everything over by the running hub, or by one in this process when none runs, or, where none can be
 * started either, without. Throws `failed` with exit code 1 when something has failed.
 */
export async function doctor(context: Context, options: DoctorOptions): Promise<void> {
  const { io, home } = context;
  if (options.json === undefined && options.report === undefined && io.isTerminal)
    io.err("Looking everything over; servers that do not run are started for a moment…\n");
  const found = await diagnose(context, options.server);
  if (options.json) context.json(found);
  else if (options.report) io.out(found.report);
  else io.out(diagnosisText(context, found));
  if (found.checks.some(({ status }) => status === "fail")) throw new ChecksFailed();

  async function diagnose({ io }: Context, server: string | undefined): Promise<Diagnosis> {
    try {
      return await withHub(
        { home, need: "either", loadHub: io.loadHub, tries: { program: io.program } },
        (hub) => hub.call("hub.diagnose", server === undefined ? {} : { server }),
      );
    } catch (error) {
      if (!(error instanceof GatehouseError) || !WITHOUT_HUB.has(error.code)) throw error;
      return (await io.loadDoctor()).diagnoseHome(home, error);
    }
  }
}

/** Something has failed; what, has been printed. */
export class ChecksFailed extends Error {}

function diagnosisText(context: Context, { checks, durationMs }: Diagnosis): string {
  const seconds = (durationMs / 1_000).toFixed(1);
  const hint = checks.some(({ code }) => code !== null) ? "More about a code: gatehouse explain CODE\n" : "";
  const lines = checks.map((check) => checkText(context, check)).join("");
  return `${lines}\n${tally(checks)} (${seconds} s)\n${hint}`;
}

function checkText({ paint }: Context, check: DiagnosisCheck): string {
  const mark = { ok: paint.green("ok  "), warn: paint.yellow("warn"), fail: paint.red("FAIL") }[check.status];
  const code = check.code === null ? "" : ` ${paint.dim(`[${visible(check.code)}]`)}`;
  const advice = check.advice === null ? "" : `      ${visible(check.advice)}\n`;
  return `${mark}  ${paint.bold(visible(check.title))}${code}  ${visible(check.sentence)}\n${advice}`;
}
