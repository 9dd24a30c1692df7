import { describe, expect, it } from "vitest";
import type { CallSummary } from "../../../shared/model/call.ts";
import { countPlaces, placesIn, placesInParams } from "./places.ts";
import { runsOf, stepsOf, summaryOfRun } from "./runs.ts";

const T0 = Date.parse("2026-03-01T10:00:00Z");
let lastId = 0;
const call = (minute: number, more: Partial<CallSummary> = {}): CallSummary => {
  lastId += 1;
  return {
    id: lastId,
    startedAt: new Date(T0 + minute * 60_000).toISOString(),
    client: "claude",
    session: "s1",
    server: "files",
    tool: "read_file",
    method: "tools/call",
    status: "ok",
    durationUs: 1_000_000,
    times: { queue: 1, consent: 2, upstream: 3, hub: 4 },
    requestBytes: 10,
    resultBytes: 100,
    profile: null,
    project: null,
    rule: null,
    ...more,
  };
};
const minutes = (runs: ReturnType<typeof runsOf>): number[][] =>
  runs.map(({ calls }) => calls.map(({ startedAt }) => (Date.parse(startedAt) - T0) / 60_000));

describe("runs", () => {
  it("end where a session has paused for more than ten minutes, whatever the order of the rows", () => {
    expect(minutes(runsOf([call(31), call(0), call(9), call(20)]))).toEqual([[31], [20], [0, 9]]);
  });

  it("count a pause from the answer, not from the question", () => {
    expect(minutes(runsOf([call(0, { durationUs: 15 * 60e6 }), call(24)]))).toEqual([[0, 24]]);
  });

  it("are told apart by client and session; a client without sessions has runs by its name and project", () => {
    const runs = runsOf([
      call(0),
      call(1, { session: "s2" }),
      call(2, { client: "cursor", session: null }),
      call(3),
      call(4, { client: "cursor", session: null }),
      call(5, { client: "cursor", session: null, project: "/other" }),
    ]);
    expect(minutes(runs)).toEqual([[5], [2, 4], [0, 3], [1]]);
  });

  it("are summed up with denials, sizes, times and the most called tools first", () => {
    const [run] = runsOf([
      call(0, { method: "tools/list", tool: null }),
      call(1, { tool: "write_file", status: "denied", project: "/p" }),
      call(2),
      call(3, { status: "timeout" }),
    ]);
    if (run === undefined) throw new Error("no run");
    expect(summaryOfRun(run, false)).toMatchObject({
      id: run.calls[0].id,
      calls: 4,
      denied: 1,
      failed: 1,
      project: "/p",
      servers: ["files"],
      tools: [
        { server: "files", name: "read_file", calls: 2 },
        { server: "files", name: "write_file", calls: 1 },
      ],
      requestBytes: 40,
      resultBytes: 400,
      times: { queue: 4, consent: 8, upstream: 12, hub: 16 },
      endedAt: "2026-03-01T10:03:01.000Z",
    });
    expect(
      stepsOf(run).map(({ tool, method, calls, denied, failed }) => [tool ?? method, calls, denied, failed]),
    ).toEqual([
      ["tools/list", 1, 0, 0],
      ["write_file", 1, 1, 0],
      ["read_file", 2, 0, 1],
    ]);
  });
});

describe("places", () => {
  it("are the paths and hosts that arguments name, however deep", () => {
    expect(
      placesIn({
        path: "notes.md",
        edits: [{ filePath: "/a b/c d e.txt" }],
        where: "~/proj",
        link: "https://user:pw@Example.com:8443/x?y",
        uri: "file:///tmp/a%20b",
        windows: "C:\\Users\\ada",
        text: "see /etc/passwd for more of it",
        query: "a/b",
        long: `/${"x".repeat(5_000)}`,
      }),
    ).toEqual({
      files: ["notes.md", "~/proj", "/tmp/a b", "C:\\Users\\ada", "/a b/c d e.txt"],
      hosts: ["example.com:8443"],
    });
  });

  it("are the hosts that a member named so holds, and those of a command's addresses", () => {
    expect(
      placesIn({
        host: "DB.example.com:5432",
        hostname: "two words",
        command: "curl -s 'https://api.example.com/x?y' | tee /tmp/out; wget http://10.0.0.1:8080/z",
        content: "see https://never.reached.example/ for more",
      }),
    ).toEqual({ files: [], hosts: ["db.example.com:5432", "api.example.com", "10.0.0.1:8080"] });
  });

  it("are found beside a file's contents of any length, whatever stands in them", () => {
    const content = `"path": "/not/this"\n\\${'x"\\漢'.repeat(100_000)}\\`;
    const params = JSON.stringify({
      name: "write_file",
      arguments: { content, path: "/this", more: content },
    });
    expect(placesInParams("tools/call", params)).toEqual({ files: ["/this"], hosts: [] });
    expect(() => placesInParams("tools/call", params.slice(0, -2))).toThrow(SyntaxError);
  });

  it.each([
    ["short texts", "a"],
    ["numbers", 1],
  ])("are not looked for in %s by the hundred thousand: the hub has calls to answer", (_, one) => {
    const holding = (many: number) =>
      JSON.stringify({
        arguments: { path: "/this", content: "x".repeat(100_000), all: Array(many).fill(one) },
      });
    expect(placesInParams("tools/call", holding(1_000)).files).toEqual(["/this"]);
    expect(() => placesInParams("tools/call", holding(200_000))).toThrow(RangeError);
  });

  it("are those of a resource that is read, but no host of a server's own scheme, and of a prompt's arguments", () => {
    const read = (uri: string) => placesInParams("resources/read", JSON.stringify({ uri }));
    expect(read("file:///srv/a%20b")).toEqual({ files: ["/srv/a b"], hosts: [] });
    expect(read("https://example.com/a")).toEqual({ files: [], hosts: ["example.com"] });
    expect(read("demo://resource/static/a.md")).toEqual({ files: [], hosts: [] });
    const prompt = { name: "review", arguments: { path: "src/a.ts" } };
    expect(placesInParams("prompts/get", JSON.stringify(prompt))).toEqual({ files: ["src/a.ts"], hosts: [] });
    expect(placesInParams("prompts/get", "null")).toEqual({ files: [], hosts: [] });
  });

  it.each([null, 1, "x", [], {}])("are none in %j", (value) => {
    expect(placesIn(value)).toEqual({ files: [], hosts: [] });
  });

  it("are counted by calls, with the tools that were given them", () => {
    expect(
      countPlaces([
        { tool: "read", denied: false, places: ["/a", "/b"] },
        { tool: "write", denied: true, places: ["/b"] },
      ]),
    ).toEqual([
      { name: "/b", calls: 2, denied: 1, tools: ["read", "write"] },
      { name: "/a", calls: 1, denied: 0, tools: ["read"] },
    ]);
  });
});
