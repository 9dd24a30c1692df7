import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestHub, type TestHub } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import type { McpHttpClient } from "../lib/mcp-client.ts";

/** Texts as tools give them, and what somebody types to find each. */
const corpus: readonly (readonly [text: string, ...searches: string[]])[] = [
  ["数据库连接失败，请检查配置文件", "连接失败", "检查", "库"],
  ["東京でカレンダーの予定を確認しました", "カレンダー", "予定", "京"],
  ["서버에 연결할 수 없습니다", "연결할", "서버"],
  ["تعذر فتح الملفات المطلوبة", "الملفات", "فت"],
  ["не удалось открыть ФАЙЛ настройки", "файл", "НАСТРОЙКИ"],
  ["ΟΔΟΣ και αρχείο", "οδός".normalize("NFD").replace(/\p{M}/gu, ""), "αρχείο"],
  ["deployed 🚀 with 👩‍💻 and 🇪🇺", "🚀", "👩‍💻", "🇪🇺"],
  ["Straße nach Zürich, café", "straße", "ZÜRICH", "cafe\u0301"],
  ["const useQueryClient2 = createHTTPServer();", "QueryClient", "usequery", "HTTPS", "t2"],
  ["/home/ada/src/web/src/components/Button.tsx", "web/src/comp", "Button.tsx", ".tsx", "/ada/"],
  ['C:\\Users\\ada\\notes.txt said "no"', "C:\\Users", "\\notes", 'said "no"'],
  ["0x7fffdeadbeef ~ 3.14159265", "deadbeef", "3.14", "~"],
  ["हिन्दी में त्रुटि", "त्रुटि", "में"],
  ["ไม่พบไฟล์ที่ต้องการ", "ไฟล์", "ที่"],
];

let hub: TestHub;
let client: McpHttpClient;
beforeAll(async () => {
  hub = await startTestHub({
    config: { consent: { default: "allow" }, mcpServers: { one: echoServer() } },
  });
  client = await hub.connect(await hub.addClient("ada"));
  await client.toolNames();
});
afterAll(() => hub?.stop());

const found = async (search: string): Promise<number[]> => {
  const { code, stdout, stderr } = await hub.cli(["calls", "--json", "--search", search, "--limit", "1000"]);
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as { calls: { id: number }[] }).calls.map(({ id }) => id);
};

test("a word in a result is found at once after the call, in any script", async () => {
  for (const [text, ...searches] of corpus) {
    await client.call("one__echo", { text });
    const [newest] = (await found("")).slice(0, 1);
    for (const search of searches) expect(await found(search), `${search} in ${text}`).toContain(newest);
  }
});

test("the same is found once it is in the index, and nothing else is", async () => {
  // More than one segment of the index.
  for (let at = 0; at < 2_400; at += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => client.call("one__echo", { text: `filler ${at + i}` })),
    );
  for (const [text, ...searches] of corpus)
    for (const search of searches)
      expect((await found(search)).length, `${search} in ${text}`).toBeGreaterThan(0);
  expect(await found("filler 2399")).toHaveLength(1);
  expect(await found("no such text anywhere")).toEqual([]);
  expect(await found("ﷺ")).toEqual([]);
});
