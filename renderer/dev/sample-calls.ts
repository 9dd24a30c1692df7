import type { CallDetail, CallEvent, CallStatus, CallSummary } from "../../shared/model/call.ts";
import { HOSTILE } from "./sample-hostile.ts";

const MIX: readonly (readonly [string, string, string])[] = [
  ["claude-code", "everything", "echo"],
  ["claude-code", "files", "read_text_file"],
  ["cursor", "files", "list_directory"],
  ["claude-code", "github", "search_issues"],
  ["cursor", "memory", "create_entities"],
  ["vscode", "everything", "get-sum"],
  ["claude-code", "everything", "get-tiny-image"],
  ["claude-code", "files", "write_file"],
  ["cursor", "github", "get_pull_request_diff"],
];

/** A call as the list shows it; what it is follows from its id. `at` in milliseconds since the epoch. */
export function sampleCall(id: number, at: number, hostile: boolean): CallSummary {
  const [client, server, name] = MIX[id % MIX.length] ?? ["claude-code", "everything", "echo"];
  const turn = id % 23;
  const status: CallStatus =
    turn === 4
      ? "tool_error"
      : turn === 9
        ? "denied"
        : turn === 13
          ? "error"
          : turn === 17
            ? "timeout"
            : turn === 20
              ? "cancelled"
              : "ok";
  const upstream =
    status === "denied" ? 0 : status === "timeout" ? 30_000_000 : Math.round(400 * 1.9 ** (id % 14));
  const hub = 90 + ((id * 37) % 300);
  const queue = id % 11 === 0 ? 2_400 : 0;
  const consent = id % 19 === 5 ? 4_200_000 : 0;
  const hostileText = HOSTILE[id % HOSTILE.length] ?? "";
  return {
    id,
    startedAt: new Date(at).toISOString(),
    client: hostile && id % 3 === 0 ? hostileText.slice(0, 3_000) : client,
    session: `${client}#${(id % 3) + 1}`,
    server,
    tool: hostile && id % 2 === 0 ? hostileText : name,
    method: id % 31 === 30 ? "tools/list" : "tools/call",
    status,
    durationUs: upstream + hub + queue + consent,
    times: { queue, consent, upstream, hub },
    requestBytes: 84 + ((id * 7) % 400),
    resultBytes: !["ok", "tool_error"].includes(status)
      ? 118 + (id % 70)
      : id % 9 === 8
        ? 2_412_000
        : 120 + ((id * 131) % 9_000),
    profile: null,
    project: client === "claude-code" ? "/home/ada/proj/shop" : null,
    rule: null,
    ...(id % 31 === 30 ? { tool: null } : {}),
  };
}

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAADAAAAAwCAYAAABXAvmHAAAHP0lEQVR42u3ZR3Yr5xGAUa9RIjLQOeduZJBO2+Rm6LsBWrL1LGugOufO+5v9XfWXv/w5f84fY+LN51dCSkZOQUlFTUNLR8///aOD7edXSERMQkpGTkFJRU1DS0fPwMi0/Z1jjrvPrxMBIRExCSkZOQUlFTUNLR09AyMTM8vudwg57D+/jpwICImISUjJyCkoqahpaOnoGRiZmFk47/+HEfvD59eBIycCQiJiElIycgpKKmoaWjp6BkYmZhbOXA4/OGJ7/PzasefAkRMBIRExCSkZOQUlFTUNLR09AyMTMwtnLly5HX9AyOb0+bVlx54DR04EhETEJKRk5BSUVNQ0tHT0DIxMzCycuXDlxv30GyM2gQB27Dlw5ERASERMQkpGTkFJRU1DS0fPwMjEzMKZC1du3IPfELAOP782bNmx58CREwEhETEJKRk5BSUVNQ0tHT0DIxMzC2cuXLlx5xH+FxGr6PNrzYYtO/YcOHIiICQiJiElI6egpKKmoaWjZ2BkYmbhzIUrN+48eEb/QcRb/Pm1Ys2GLTv2HDhyIiAkIiYhJSOnoKSipqGlo2dgZGJm4cyFKzfuPHjyin9lxFsigDUbtuzYc+DIiYCQiJiElIycgpKKmoaWjp6BkYmZhTMXrty48+DJK/kVAT+nn19vrFizYcuOPQeOnAgIiYhJSMnIKSipqGlo6egZGJmYWThz4cqNOw+evHhPfyHi50wAK9Zs2LJjz4EjJwJCImISUjJyCkoqahpaOnoGRiZmFs5cuHLjzoMnL96zXwrIBbBizYYtO/YcOHIiICQiJiElI6egpKKmoaWjZ2BkYmbhzIUrN+48ePLiPf83AT8Vn18/88aKNRu27Nhz4MiJgJCImISUjJyCkoqahpaOnoGRiZmFMxeu3Ljz4MmLdz6KbyJ+KgXwxoo1G7bs2HPgyImAkIiYhJSMnIKSipqGlo6egZGJmYUzF67cuPPgyYt3PsrvAioBvLFizYYtO/YcOHIiICQiJiElI6egpKKmoaWjZ2BkYmbhzIUrN+48ePLinY/qu4BaAG+sWLNhy449B46cCAiJiElIycgpKKmoaWjp6BkYmZhZOHPhyo07D568eOej/i6gEcAbK9Zs2LJjz4EjJwJCImISUjJyCkoqahpaOnoGRiZmFs5cuHLjzoMnL975aL4LaAXwxoo1G7bs2HPgyImAkIiYhJSMnIKSipqGlo6egZGJmYUzF67cuPPgyYt3PtrvAjoBvLFizYYtO/YcOHIiICQiJiElI6egpKKmoaWjZ2BkYmbhzIUrN+48ePLinY/uu4BeAG+sWLNhy449B46cCAiJiElIycgpKKmoaWjp6BkYmZhZOHPhyo07D568eOej/y5gEMAbK9Zs2LJjz4EjJwJCImISUjJyCkoqahpaOnoGRiZmFs5cuHLjzoMnL975GL4LGAXwxoo1G7bs2HPgyImAkIiYhJSMnIKSipqGlo6egZGJmYUzF67cuPPgyYt3PsbvAiYBvLFizYYtO/YcOHIiICQiJiElI6egpKKmoaWjZ2BkYmbhzIUrN+48ePLinY/pu4BZAG+sWLNhy449B46cCAiJiElIycgpKKmoaWjp6BkYmZhZOHPhyo07D568eOdj/i5gEcAbK9Zs2LJjz4EjJwJCImISUjJyCkoqahpaOnoGRiZmFs5cuHLjzoMnL975WP7Ng+7nswBWrNmwZceeA0dOBIRExCSkZOQUlFTUNLR09AyMTMwsnLlw5cadB09evJ9/6Tl9EcCKNRu27Nhz4MiJgJCImISUjJyCkoqahpaOnoGRiZmFMxeu3Ljz4MmL98svBVwFsGLNhi079hw4ciIgJCImISUjp6CkoqahpaNnYGRiZuHMhSs37jx48uL9+it+K99uAlizYcuOPQeOnAgIiYhJSMnIKSipqGlo6egZGJmYWThz4cqNOw+evG6/9qf+LoA1G7bs2HPgyImAkIiYhJSMnIKSipqGlo6egZGJmYUzF67cuPPgyev+H6xWVg8BbNiyY8+BIycCQiJiElIycgpKKmoaWjp6BkYmZhbOXLhy486D5+O/WG6tnwLYsmPPgSMnAkIiYhJSMnIKSipqGlo6egZGJmYWzly4cuPO4/kb1oublwB27Dlw5ERASERMQkpGTkFJRU1DS0fPwMjEzMKZC1du3F+/dbn7LoAdew4cOREQEhGTkJKRU1BSUdPQ0tEzMDIxs3DmwpUb9/cfsGLffghgz4EjJwJCImISUjJyCkoqahpaOnoGRiZmFs5cuHL7+MGHjv1fBXDkREBIRExCSkZOQUlFTUNLR8/AyMTMwpnLX/+HZ6bD3wRwIiAkIiYhJSOnoKSipqGlo2dgZGJm4fy33+HQd/y7AAJCImISUjJyCkoqahpaOnoGRiZmlr//zufW4B8CiIhJSMnIKSipqGlo6egZGJn+8Qc4esf/FEBKRk5BSUVNQ0tH/88/wEf/OT9g/gWZCstuTKmClAAAAABJRU5ErkJggg==";

/** Progress, and a question that the client answered. */
function sampleEvents({ durationUs }: CallSummary): CallEvent[] {
  const at = (share: number): number => Math.round(durationUs * share);
  const progress = (share: number, note: string): CallEvent => ({
    at: at(share),
    from: "server",
    kind: "notification",
    method: "notifications/progress",
    bytes: 96,
    note,
  });
  return [
    progress(0.12, "1 of 4"),
    progress(0.3, "2 of 4"),
    { at: at(0.42), from: "server", kind: "request", method: "elicitation/create", bytes: 311, note: null },
    { at: at(0.66), from: "client", kind: "response", method: "elicitation/create", bytes: 120, note: null },
    progress(0.8, "3 of 4"),
    {
      at: at(0.86),
      from: "server",
      kind: "notification",
      method: "notifications/message",
      bytes: 180,
      note: "info",
    },
  ];
}

/** A text that is a little different in each call. */
const notesOf = (id: number): string =>
  `# Notes\n\nThe hub answers in **0.${(id % 4) + 2} ms**.\n\n- one endpoint for every client\n- every call on record${id % 2 === 0 ? "" : ", every tool under a rule"}\n\n\`\`\`ts\nconst answer = 42n;\n\`\`\``;

/** The result of a call that somebody makes now: like those of the past. */
export const sampleAnswer = (id: number, given: string): string =>
  JSON.stringify({
    content: [{ type: "text", text: given.includes("notes.md") ? notesOf(id) : `Called with ${given}` }],
    isError: false,
    structuredContent: {
      total: 3,
      items: [
        { id: 1, done: true },
        { id: 2, done: true },
      ],
    },
  });

let manyCommits: string | undefined;
/** A long text, made once: a search looks at every call. */
function commits(): string {
  manyCommits ??= JSON.stringify(
    Array.from({ length: 20_000 }, (_, index) => ({
      index,
      sha: `c0ffee${index}`,
      message: `Commit number ${index}`,
    })),
  );
  return manyCommits;
}

/** The same call with its payloads, cut at `maxBytes`. */
export function sampleDetailOf(call: CallSummary, maxBytes: number, hostile: boolean): CallDetail {
  const value = HOSTILE[call.id % HOSTILE.length] ?? "";
  const args =
    call.tool === "echo"
      ? '{"message":"hello, gatehouse"}'
      : '{"path":"/home/ada/Documents/My Projects/notes.md","limit":9007199254740993,"precise":0.1000000000000000055511151231257827}';
  const request = `{"name":${JSON.stringify(call.tool)},"arguments":${hostile ? JSON.stringify({ [value.slice(0, 200)]: value }) : args},"_meta":{"progressToken":7}}`;
  const content: object[] = [
    {
      type: "text",
      text: hostile ? value : call.tool === "echo" ? "Echo: hello, gatehouse" : notesOf(call.id),
    },
  ];
  if (call.tool === "get-tiny-image") content.push({ type: "image", data: PNG, mimeType: "image/png" });
  if (call.id % 9 === 8)
    content.push({
      type: "text",
      text: commits(),
    });
  if (call.id % 9 === 3)
    content.push({
      type: "resource_link",
      uri: "https://github.com/example/issues/12",
      name: "Issue 12",
      mimeType: "text/html",
    });
  const resultText = JSON.stringify({
    content,
    isError: call.status === "tool_error",
    structuredContent: {
      total: 3,
      items: [
        { id: 1, done: true },
        { id: 2, done: call.id % 2 === 0 ? null : true },
      ],
    },
  });
  const cut = (full: string) => ({
    text: full.slice(0, maxBytes),
    bytes: full.length,
    truncated: full.length > maxBytes,
  });
  const good = call.status === "ok" || call.status === "tool_error";
  return {
    ...call,
    ...(call.tool === "trigger-long-running-operation" || call.id % 5 === 0
      ? { events: sampleEvents(call), moreEvents: 0 }
      : {}),
    request: cut(request),
    result: good ? cut(resultText) : null,
    error: good
      ? null
      : cut(
          JSON.stringify({
            code: call.status === "timeout" ? -32_001 : -32_603,
            message:
              call.status === "denied"
                ? "Denied: no rule allows this call and consent is set to deny."
                : "The server closed the connection before it answered.",
            data: { server: call.server, retried: false },
          }),
        ),
  };
}
