/**
 * A history as months of work leave it: a million calls with payloads of 1 to 1.5 KB on average (code, JSON, paths, prose in
 * several scripts, some errors, a few large results), uneven over servers, tools, clients, projects and time.
 *
 *   node bench/history-generate.ts FILE [CALLS]
 */
import { pathToFileURL } from "node:url";
import type { CallRow } from "../electron/hub/ports/storage.ts";
import { prepareCallWriter } from "../electron/storage/call-writer.ts";
import { notAround } from "../electron/storage/damage.ts";
import { openConnection } from "../electron/storage/database.ts";
import { migrate } from "../electron/storage/migrate.ts";
import { openNames } from "../electron/storage/names.ts";
import type { CallStatus } from "../shared/model/call.ts";

const DAY_MS = 86_400_000;
const DAYS = 90;
/** Calls in one transaction. */
const BATCH = 5_000;

/** Words that stand in so many of the calls, for searches whose answer is known. */
export const KNOWN = {
  /** In about one of three. */
  common: "function",
  /** In one of 50,000. */
  rare: "quokkasaurus",
  absent: "zyzzyvaplex",
  /** As the common ones, in other scripts. */
  chinese: "数据",
  japanese: "カレンダー",
  arabic: "الملفات",
  emoji: "🚀",
} as const;

/** Random numbers that are the same at each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SERVERS: readonly (readonly [name: string, weight: number, tools: readonly string[]])[] = [
  [
    "files",
    34,
    [
      "read_text_file",
      "write_file",
      "edit_file",
      "list_directory",
      "search_files",
      "get_file_info",
      "directory_tree",
    ],
  ],
  ["git", 16, ["git_status", "git_diff", "git_log", "git_commit", "git_show"]],
  ["github", 12, ["list_issues", "get_issue", "create_pull_request", "search_code", "get_file_contents"]],
  ["browser", 10, ["navigate", "click", "snapshot", "screenshot", "evaluate"]],
  ["database", 9, ["query", "list_tables", "describe_table"]],
  ["memory", 6, ["create_entities", "search_nodes", "read_graph"]],
  ["fetch", 5, ["fetch"]],
  ["calendar", 3, ["list_events", "create_event"]],
  ["search", 3, ["web_search"]],
  ["time", 2, ["get_current_time"]],
];
const CLIENTS: readonly (readonly [string, number])[] = [
  ["claude-code", 55],
  ["cursor", 20],
  ["claude-desktop", 12],
  ["opencode", 8],
  ["ci", 4],
  ["notebook", 1],
];
const PROJECTS = ["web", "api", "mobile", "infra", "docs", "billing", "search", "playground"].map(
  (name) => `/home/ada/src/${name}`,
);
const WORDS =
  "the of and to in is that for it as with on be at by this from or an are not have was all can will one has if more when use file server error value name type result list data return string number object array await async const export import class interface module path request response token cache index buffer stream event handler update create delete remove select insert table column query user session client config option default null true false undefined promise callback timeout retry connection socket message header body content length offset limit cursor page title label button window frame layout style colour width height margin border shadow network packet route filter match pattern regex parse format encode decode compress hash key sign verify secret store load save backup restore migrate schema version release build test check lint deploy docker image volume cluster node worker thread queue task job schedule cron".split(
    " ",
  );
const SCRIPTS = [
  "数据 文件 服务器 错误 请求 返回 配置 更新 用户 测试 版本 构建",
  "カレンダー ファイル サーバー エラー 設定 更新 東京 会議 予定 確認",
  "الملفات الخادم خطأ طلب إعداد تحديث المستخدم اختبار",
  "файл сервер ошибка запрос настройка обновление пользователь проверка",
  "αρχείο διακομιστής σφάλμα αίτημα ρύθμιση χρήστης",
  "🚀 ✅ 🎉 🐛 🔥 📦 ⚠️ 👩‍💻",
  "straße größe übergröße Zürich café naïve déjà señor",
].map((line) => line.split(" "));
const EXTENSIONS = ["ts", "tsx", "py", "rs", "go", "md", "json", "sql", "css", "yaml"];

/** The texts of one generated history. */
function texts(next: () => number) {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  // Common words come more often, as in any language.
  const word = (): string => WORDS[Math.floor(next() ** 2 * WORDS.length)] as string;
  const many = (count: number, make: () => string, between = " "): string => {
    let text = make();
    for (let i = 1; i < count; i++) text += between + make();
    return text;
  };
  const identifier = (): string => {
    const second = word();
    const name = word() + second[0]?.toUpperCase() + second.slice(1);
    return next() < 0.15 ? `${name}${Math.floor(next() * 10_000)}` : name;
  };
  const path = (): string => `${pick(PROJECTS)}/src/${word()}/${word()}/${identifier()}.${pick(EXTENSIONS)}`;
  const hex = (length: number): string => {
    let text = "";
    while (text.length < length)
      text += Math.floor(next() * 0x1_0000_0000)
        .toString(16)
        .padStart(8, "0");
    return text.slice(0, length);
  };
  const prose = (): string => `${many(8 + Math.floor(next() * 14), word)}.`;
  const foreign = (): string => {
    const script = pick(SCRIPTS);
    return many(6 + Math.floor(next() * 20), () => pick(script));
  };
  const line = (): string => {
    const kind = next();
    if (kind < 0.3) return `  const ${identifier()} = await ${identifier()}(${identifier()}, "${word()}");`;
    if (kind < 0.5) return `  if (${identifier()} !== undefined) return ${identifier()}.${word()};`;
    if (kind < 0.6) return `export function ${identifier()}(${word()}: ${identifier()}): void {`;
    if (kind < 0.8) return `  // ${prose()}`;
    return `  ${word()}: "${word()}-${Math.floor(next() * 1_000)}",`;
  };
  return { pick, word, many, identifier, path, hex, prose, foreign, line };
}

type Texts = ReturnType<typeof texts>;

function requestOf(tool: string, server: string, t: Texts, next: () => number): string {
  const args: Record<string, unknown> =
    server === "files" || server === "git"
      ? { path: t.path(), ...(tool.startsWith("write") ? { content: t.many(12, t.line, "\n") } : {}) }
      : server === "database"
        ? {
            sql: `SELECT ${t.word()}, ${t.word()} FROM ${t.word()} WHERE ${t.word()} = '${t.hex(8)}' LIMIT 50`,
          }
        : server === "browser" || server === "fetch"
          ? { url: `https://${t.word()}.example.com/${t.word()}/${t.identifier()}?q=${t.hex(6)}` }
          : {
              query: next() < 0.2 ? t.foreign() : t.prose(),
              owner: t.word(),
              limit: Math.floor(next() * 100),
            };
  return JSON.stringify({ name: tool, arguments: args });
}

function resultText(server: string, t: Texts, next: () => number): string {
  // Most are short, some are long: 1 KB on average.
  const size = Math.min(40, 1 - Math.log(1 - next()) * 5);
  if (next() < 0.08) return t.many(Math.ceil(size * 2), t.foreign, "\n");
  if (server === "files" || server === "git") return t.many(Math.ceil(size * 3), t.line, "\n");
  if (server === "database" || server === "github" || server === "calendar")
    return JSON.stringify(
      Array.from({ length: Math.ceil(size) }, (_, i) => ({
        id: i + Math.floor(next() * 1e6),
        uuid: `${t.hex(8)}-${t.hex(4)}-4${t.hex(3)}-${t.hex(12)}`,
        title: t.prose(),
        path: t.path(),
        state: t.pick(["open", "closed", "merged"]),
      })),
    );
  return t.many(Math.ceil(size * 1.6), t.prose, "\n");
}

function statusOf(chance: number): CallStatus {
  if (chance < 0.93) return "ok";
  if (chance < 0.965) return "tool_error";
  if (chance < 0.98) return "error";
  if (chance < 0.99) return "denied";
  return chance < 0.996 ? "cancelled" : "timeout";
}

/** Call `number` of `count`, its end at `now`. */
function rowOf(number: number, count: number, now: number, t: Texts, next: () => number): CallRow {
  const weighted = <T extends readonly [string, number, ...unknown[]]>(from: readonly T[]): T => {
    let left = next() * from.reduce((sum, [, weight]) => sum + weight, 0);
    const found = from.find(([, weight]) => {
      left -= weight;
      return left < 0;
    });
    return found ?? (from[0] as T);
  };
  const [server, , tools] = weighted(SERVERS);
  const tool = tools[Math.floor(next() ** 1.6 * tools.length)] as string;
  const [client] = weighted(CLIENTS);
  const status = statusOf(next());
  const session = Math.floor(number / 180);
  // Log-normal about 25 ms, the browser slower; a call in a hundred waits for a person.
  const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const upstreamUs =
    status === "denied" ? 0 : Math.round(25_000 * Math.exp(normal * 1.3) * (server === "browser" ? 12 : 1));
  const consentUs = next() < 0.01 || status === "denied" ? Math.round(4_000_000 * Math.exp(normal)) : 0;
  const hubUs = Math.round(80 + next() * 120);
  const queueUs = next() < 0.05 ? Math.round(next() * 400_000) : 0;
  const sprinkle =
    (number % 50_000 === 777 ? ` ${KNOWN.rare} ` : "") + (next() < 0.3 ? ` ${KNOWN.common} ` : "");
  const failed = status !== "ok" && status !== "tool_error";
  const text = (resultText(server, t, next) + sprinkle).slice(0, next() < 0.0005 ? 400_000 : 40_000);
  return {
    startedAt: now - (1 - number / count) * DAYS * DAY_MS + next() * 2_000,
    clientId: `id-${client}`,
    client,
    session: `s-${session}`,
    server,
    tool,
    method: next() < 0.97 ? "tools/call" : "resources/read",
    profile: client === "ci" ? "ci" : null,
    project: PROJECTS[Math.floor((session % 97) ** 1.3) % PROJECTS.length] ?? null,
    rule: next() < 0.6 ? `r-${Math.floor(next() * 12)}` : null,
    status,
    durationUs: upstreamUs + consentUs + hubUs + queueUs,
    queueUs,
    consentUs,
    upstreamUs,
    hubUs,
    request: Buffer.from(requestOf(tool, server, t, next)),
    result: failed
      ? null
      : Buffer.from(
          JSON.stringify({
            content: [{ type: "text", text }],
            ...(status === "tool_error" ? { isError: true } : {}),
          }),
        ),
    error: failed
      ? Buffer.from(JSON.stringify({ code: -32_000, message: `${t.prose()} ${t.path()}` }))
      : null,
  };
}

/** Writes a generated history into a new database; calls `progress` now and then. The same seed makes the same history. */
export function generateHistory(
  file: string,
  calls: number,
  {
    seed = 1,
    now = Date.now(),
    progress = () => {},
  }: { seed?: number; now?: number; progress?: (done: number) => void } = {},
): { payloadBytes: number } {
  const connection = openConnection(file, 64_000);
  try {
    migrate(connection);
    const names = openNames(connection, notAround);
    const write = prepareCallWriter(connection, names, notAround);
    const next = random(seed);
    const t = texts(next);
    let payloadBytes = 0;
    for (let from = 0; from < calls; from += BATCH) {
      connection
        .transaction(() => {
          for (let number = from; number < Math.min(calls, from + BATCH); number++) {
            const row = rowOf(number, calls, now, t, next);
            payloadBytes += (row.request?.length ?? 0) + (row.result?.length ?? 0) + (row.error?.length ?? 0);
            write(row, undefined);
          }
        })
        .immediate();
      progress(Math.min(calls, from + BATCH));
    }
    connection.pragma("wal_checkpoint(TRUNCATE)");
    return { payloadBytes };
  } finally {
    connection.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , file, count = "1000000"] = process.argv;
  if (file === undefined) throw new Error("usage: node bench/history-generate.ts FILE [CALLS]");
  const began = performance.now();
  const { payloadBytes } = generateHistory(file, Number(count), {
    progress: (done) => {
      if (done % 100_000 === 0) process.stderr.write(`${done}\n`);
    },
  });
  const seconds = (performance.now() - began) / 1_000;
  process.stdout.write(
    `${count} calls, ${Math.round(payloadBytes / Number(count))} bytes of payload each, in ${seconds.toFixed(0)} s\n`,
  );
}
