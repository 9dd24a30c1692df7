import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type CallFilter, callFilterSchema, callStatusSchema } from "../../../../shared/model/call.ts";
import { callSummary } from "../../../testing/calls.ts";
import { completed, completionsAt } from "./completion.ts";
import { fitsFilter } from "./fits.ts";
import { parseFilter } from "./parse.ts";
import { printFilter, withFilter } from "./print.ts";
import { parseDuration, printDuration } from "./times.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const filterOf = (text: string): CallFilter => {
  const { filter, problems } = parseFilter(text, NOW);
  expect(problems).toEqual([]);
  return filter;
};

describe("what a filter's text means", () => {
  test.each<[string, CallFilter]>([
    ["", {}],
    ["  ", {}],
    ["client:claude tool:write_*", { client: "claude", tool: "write_*" }],
    ["status:error", { status: "error" }],
    ["STATUS:error,denied status:error", { status: ["error", "denied"] }],
    ["status:OK,Tool_Error", { status: ["ok", "tool_error"] }],
    ["“free text”", { search: "free text" }],
    ["„frei“ server:“my server”", { search: "frei", server: "my server" }],
    ["server:a server:b,a", { server: ["a", "b"] }],
    ["-status:ok -server:a,b", { not: { status: "ok", server: ["a", "b"] } }],
    ["dur:>500ms dur:<=1.5s", { minDurationUs: 500_000, maxDurationUs: 1_500_000 }],
    ["dur:>1ms,<1h", { minDurationUs: 1_000, maxDurationUs: 3_600_000_000 }],
    ["since:1h", { since: NOW - 3_600_000 }],
    ["since:2026-11-22T10:00Z until:30m", { since: NOW - 7_200_000, until: NOW - 1_800_000 }],
    ["project:web", { project: ["web", "*/web", "*\\web"] }],
    ["project:/home/ada/*", { project: "/home/ada/*" }],
    [
      "env:prod team:web session:claude#1 method:tools/list",
      { environment: "prod", team: "web", session: "claude#1", method: "tools/list" },
    ],
    ['"free text"', { search: "free text" }],
    ["disk  full server:a", { search: "disk  full", server: "a" }],
    ['"server:a \\"b\\" c:\\\\d"', { search: 'server:a "b" c:\\d' }],
    ['"C:\\Users\\new.txt"', { search: "C:\\Users\\new.txt" }],
    ['server:"my server",b', { server: ["my server", "b"] }],
    ['error:"no such file"', { error: "no such file" }],
    ["std::vector", { search: "std::vector" }],
    ["server::start", { search: "server::start" }],
    ["server:a https://localhost:80/x", { server: "a", search: "https://localhost:80/x" }],
    ["C:/Users/new.txt", { search: "C:/Users/new.txt" }],
    ["C:\\Users\\new.txt", { search: "C:\\Users\\new.txt" }],
    ['project:"//share/x"', { project: "//share/x" }],
    ["it's 50% -word", { search: "it's 50% -word" }],
  ])("%s", (text, filter) => {
    expect(filterOf(text)).toEqual(filter);
  });

  test.each<[string, string, RegExp]>([
    ["sever:a", "sever", /no filter “sever”.*quotes/],
    ["localhost:80", "localhost", /no filter “localhost”/],
    ["client:x server:", "server:", /server: needs a value/],
    ["server:a,,b", "server:a,,b", /missing beside the comma/],
    ['server:""', '""', /needs a value/],
    ["status:good,ok", "good", /ok, tool_error, error/],
    ["dur:500ms", "500ms", /dur:>500ms/],
    ["dur:>5 parsecs", ">5", /“5” is no duration/],
    ["dur:>2s dur:>1s", ">1s", /twice/],
    ["dur:>2s dur:<1s", "<1s", /longer and shorter/],
    ["since:soon", "soon", /no time/],
    ["since:2026-02-30", "2026-02-30", /no time/],
    ["since:1h until:2h", "2h", /No call starts/],
    ["-since:1h", "-since:1h", /minus/],
    ["env:a,b", "b", /one value/],
    ["one server:a two", "two", /Only one text/],
    ['one "two"', '"two"', /Only one text/],
    ['x "open', '"open', /not closed/],
    ["“open", "“open", /not closed/],
    ['server:"open', '"open', /not closed/],
  ])("%s is wrong at %s", (text, place, message) => {
    const { problems } = parseFilter(text, NOW);
    expect(problems[0]?.message).toMatch(message);
    expect(problems.map(({ from, to }) => text.slice(from, to))).toContain(place);
  });

  it("keeps what can be understood beside what cannot", () => {
    expect(parseFilter("server:a status:odd tool:b", NOW).filter).toEqual({ server: "a", tool: "b" });
  });

  it("knows which times go along with the clock", () => {
    expect(parseFilter("since:today", NOW).relative).toBe(true);
    expect(parseFilter("since:2026-11-22", NOW).relative).toBe(false);
  });
});

const value = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom("a b", 'say "x"', "c:\\temp", "a,b", "-x", "write_*", '"', "\\", "日本", "server:", "“x”"),
);
const texts = fc
  .uniqueArray(value, { minLength: 1, maxLength: 4 })
  .map((list) => (list.length === 1 ? (list[0] ?? "") : list));
const paths = fc
  .uniqueArray(
    value.map((name) => `/p/${name}`),
    { minLength: 1, maxLength: 3 },
  )
  .map((list) => (list.length === 1 ? (list[0] ?? "") : list));
const statuses = fc
  .uniqueArray(fc.constantFrom(...callStatusSchema.options), { minLength: 1, maxLength: 4 })
  .map((list) => (list.length === 1 ? (list[0] ?? "ok") : list));
const parties = {
  server: texts,
  tool: texts,
  client: texts,
  project: paths,
  session: texts,
  method: texts,
  status: statuses,
};
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const us = fc.integer({ min: 0, max: 10_000_000_000 });
const filters = fc
  .record(
    {
      ...parties,
      not: fc.record(parties, { requiredKeys: [] }).filter((not) => Object.keys(not).length > 0),
      environment: value,
      team: value,
      since: time,
      until: time,
      minDurationUs: us,
      maxDurationUs: us,
      search: value,
      error: value,
    },
    { requiredKeys: [] },
  )
  .filter(
    ({ since, until, minDurationUs, maxDurationUs }) =>
      (since ?? 0) < (until ?? Number.POSITIVE_INFINITY) &&
      (minDurationUs ?? 0) <= (maxDurationUs ?? Number.POSITIVE_INFINITY),
  );

describe("what a filter is written as", () => {
  it("is read as the same filter again, whatever it is", () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(parseFilter(printFilter(filter), NOW)).toMatchObject({ problems: [], relative: false });
        expect(parseFilter(printFilter(filter), NOW).filter).toEqual(filter);
      }),
      { numRuns: 500 },
    );
  });

  it("any text is read without a throw, into a filter that the hub takes, with problems inside of it", () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "server:",
        "-",
        '"',
        ",",
        " ",
        "dur:>",
        "since:",
        "status:ok",
        "1h",
        "\\",
        "project:web ",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        const { filter, problems, tokens } = parseFilter(text, NOW);
        expect(callFilterSchema.safeParse(filter).success).toBe(true);
        for (const { from, to } of [...problems, ...tokens]) {
          expect(from).toBeLessThan(to);
          expect(to).toBeLessThanOrEqual(text.length);
        }
        if (problems.length === 0) expect(parseFilter(printFilter(filter), NOW).filter).toEqual(filter);
      }),
      { numRuns: 500 },
    );
  });

  it("names a project by its name", () => {
    expect(printFilter(filterOf("project:web,/srv/x,shop"))).toBe("project:web,/srv/x,shop");
  });

  it("is short where it can be", () => {
    expect(printFilter(filterOf('since:2026-11-22T10:00:00.000Z dur:>2000ms "two words"'))).toBe(
      "dur:>2s since:2026-11-22T10:00:00Z two words",
    );
  });

  it("durations come back from any unit", () => {
    fc.assert(fc.property(us, (time) => parseDuration(printDuration(time)) === time));
  });

  it("a value takes the place of others of the same filter", () => {
    expect(withFilter("server:a words status:ok,error", "status", "denied")).toBe(
      "server:a words status:denied",
    );
    expect(withFilter("", "client", "my client")).toBe('client:"my client"');
    expect(withFilter("server:a", "server", "b", true)).toBe("server:a -server:b");
  });
});

describe("what is offered while somebody types", () => {
  const known = { client: ["claude-code", "cursor"], server: ["files", "my server"], tool: ["write_file"] };
  /** `|` is the caret; gives what the list shows. */
  const offered = (marked: string) => {
    const caret = marked.indexOf("|");
    return completionsAt(marked.replace("|", ""), caret, known);
  };
  const labels = (marked: string) => offered(marked).map(({ label }) => label);

  test.each<[string, string[]]>([
    ["se|", ["server:", "session:", 'server:"my server"']],
    ["-st|", ["-status:"]],
    ["cla|", ["client:claude-code"]],
    ["client:|", ["claude-code", "cursor"]],
    ["client:c|", ["claude-code", "cursor"]],
    ["client:claude-code,|", ["cursor"]],
    ["server:SERV|", ["my server"]],
    ["status:tool|", ["tool_error"]],
    ["dur:>1|", [">100ms", ">1s", ">10s"]],
    ["sever:|", []],
    ['"ser|"', []],
    ["client:zzz|", []],
  ])("%s", (marked, expected) => {
    expect(labels(marked)).toEqual(expected);
  });

  it("offers every filter where nothing stands yet", () => {
    expect(labels("|")).toHaveLength(13);
    expect(labels("server:a |")).toHaveLength(13);
  });

  it("puts a value in place of what was typed, with a space after it", () => {
    const [first] = offered("server:my| tool:x");
    expect(first && completed("server:my tool:x", first)).toEqual({
      text: 'server:"my server" tool:x',
      caret: 19,
    });
    const [key] = offered("cli|");
    expect(key && completed("cli", key)).toEqual({ text: "client:", caret: 7 });
  });
});

describe("calls as they arrive", () => {
  const call = callSummary({
    session: "claude#1",
    tool: "write_file",
    durationUs: 1_000,
    project: "/home/ada/web",
  });
  test.each<[string, boolean]>([
    ["", true],
    ["server:files", true],
    ["server:fil", false],
    ["tool:write_*", true],
    ["tool:*_*e", true],
    ["tool:*file*file", false],
    ["project:web", true],
    ["project:we", false],
    ["status:error,ok", true],
    ["-status:error", true],
    ["-tool:write*", false],
    ["dur:>1ms", true],
    ["dur:>2ms", false],
    ["dur:<999us", false],
    ["since:2026-11-22T12:00:00Z", true],
    ["until:2026-11-22T12:00:00Z", false],
  ])("%s fits: %s", (text, expected) => {
    expect(fitsFilter(filterOf(text))(call)).toBe(expected);
  });
});
