import { expect, it } from "vitest";
import type { CallsVerified } from "../../../shared/model/history.ts";
import { commandLine } from "../testing/command-line.ts";

const { run } = commandLine();

const whole: CallsVerified = {
  ok: true,
  checked: 12,
  through: 12,
  pending: 0,
  key: "keychain",
  findings: [],
  more: 0,
};
const verified = (changes: Partial<CallsVerified>) => (): CallsVerified => ({ ...whole, ...changes });
const finding = { kind: "altered", first: 3, last: 4 } as const;

it.each([
  ["whole", {}, 0, "whole: 12 calls are as they were recorded\n", ""],
  [
    "whole so far",
    { pending: 1 },
    0,
    "whole: 12 calls are as they were recorded, 1 newer is not chained yet\n",
    "",
  ],
  [
    "altered",
    { ok: false, pending: 2, findings: [finding], more: 7 },
    1,
    "not whole: 12 calls checked, 2 newer are not chained yet\n  calls 3 to 4: altered since recorded\n  and 7 more\n",
    "the history is not whole",
  ],
  [
    "without its key",
    { ok: false, checked: 0, through: 0, pending: 12, key: null },
    1,
    "not checked: 12 calls\n",
    "the history cannot be verified without its key",
  ],
  [
    "damaged where its key is named",
    { ok: false, checked: 0, key: null, findings: [{ kind: "unreadable", first: 1, last: 12 }] },
    1,
    "not whole: 0 calls checked\n  calls 1 to 12: on a damaged page: cannot be checked\n",
    "the history is not whole",
  ],
] as const)(
  "a history that is %s is said to be so, and the exit code tells it",
  async (_, changes, code, out, error) => {
    const found = await run(
      ["calls", "verify"],
      verified({ ...changes, findings: [...("findings" in changes ? changes.findings : [])] }),
    );
    expect({ code: found.code, printed: found.printed }).toEqual({ code, printed: out });
    if (code === 1) expect(found.failed).toContain(`error: history_not_whole: ${error}\n`);
  },
);
