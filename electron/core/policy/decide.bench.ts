/**
 * `node electron/core/policy/decide.bench.ts`: what a decision over 500 rules costs, in µs: the median of batches. Paths
 * are looked up on a made-up disk; a real look-up adds a few µs for each path.
 */

import { clientFiles, PROJECT_FILES } from "../../../shared/model/client-files.ts";
import type { Rule } from "../../../shared/model/rule.ts";
import { compileRules } from "./compile.ts";
import { createGuard } from "./own-home.ts";
import { callOf, factsOf } from "./testing/policy-kit.ts";

const BATCHES = 200;
const facts = factsOf();
const guard = createGuard(
  {
    home: "/home/u/.config/gatehouse",
    homeFiles: ["gatehouse.json"],
    files: clientFiles({ platform: "linux", env: {}, homedir: "/home/u" }),
    projectFiles: PROJECT_FILES,
    variables: { HOME: "/home/u" },
  },
  facts,
);

/** 500 rules as they gather: of many servers and tools, every fifth with a condition on arguments. */
const mixed: Rule[] = Array.from({ length: 500 }, (_, i) => ({
  id: `r${i}`,
  client: i % 3 === 0 ? "claude*" : "claude-code",
  server: `server-${i % 25}`,
  tool: i % 2 === 0 ? `tool_${i}_*` : `tool_${i}`,
  ...(i % 5 === 0 ? { args: [{ path: "/path", under: `~/folder-${i}` }] } : {}),
  decision: i % 7 === 0 ? "deny" : "allow",
}));
const onOneTool = (rule: (i: number) => Partial<Rule>): Rule[] =>
  Array.from({ length: 500 }, (_, i) => ({
    server: "files",
    tool: "read_file",
    decision: "allow",
    ...rule(i),
  }));

const call = callOf({ args: { path: "/home/u/proj/src/a.ts" } });
const plain = callOf({ server: "server-3", tool: "tool_3_x", args: { text: "hi", n: 5 } });
const scenarios: [string, Rule[], typeof call][] = [
  ["500 mixed rules, none matches, no path in the arguments", mixed, plain],
  ["500 mixed rules, none matches, a path in the arguments", mixed, call],
  ["500 mixed rules, the last matches", [...mixed.slice(0, 499), { decision: "allow" }], call],
  [
    "500 rules of this tool, each with a text to compare",
    onOneTool((i) => ({ args: [{ path: "/path", equals: `/x/${i}` }] })),
    call,
  ],
  [
    "500 rules of this tool, each with a glob",
    onOneTool((i) => ({ args: [{ path: "/path", glob: `/x/${i}/*` }] })),
    call,
  ],
  [
    "500 rules of this tool, each with a folder",
    onOneTool((i) => ({ args: [{ path: "/path", under: `/x/${i}` }] })),
    call,
  ],
];

for (const [name, rules, each] of scenarios)
  for (const guarded of [false, true]) {
    const policy = compileRules(rules, guarded ? guard : undefined);
    const microseconds = median(() => policy.decide(each, facts, "ask").decision);
    console.log(
      `${microseconds.toFixed(2).padStart(8)} µs  ${name}${guarded ? ", with the built-in deny" : ""}`,
    );
  }
const microseconds = median(() => compileRules(mixed).decide(call, facts, "ask").decision, 1);
console.log(`${microseconds.toFixed(2).padStart(8)} µs  compiling 500 mixed rules, and the first decision`);

function median(run: () => unknown, size = 20): number {
  for (let i = 0; i < 1_000 && size > 1; i += 1) run();
  const times = Array.from({ length: BATCHES }, () => {
    const start = performance.now();
    for (let i = 0; i < size; i += 1) run();
    return ((performance.now() - start) * 1_000) / size;
  });
  return times.sort((a, b) => a - b)[BATCHES / 2] ?? 0;
}
