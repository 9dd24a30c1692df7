import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PATIENCE, startTestHub, type TestHub } from "../hub/kit.ts";
import { echoServer } from "../lib/hub.ts";
import type { McpHttpClient } from "../lib/mcp-client.ts";
import { waitFor } from "../lib/wait.ts";
import { asWindow, segments } from "./kit.ts";

/** Texts as tools give them, and what somebody types to find each: words, parts of words, one and two characters. */
const corpus: readonly (readonly [text: string, ...searches: string[]])[] = [
  ["数据库连接失败，请检查配置文件", "连接失败", "检查", "数据库连", "库", "，"],
  ["東京でカレンダーの予定を確認しました", "カレンダー", "予定", "しま", "京", "ー", "を"],
  ["서버에 연결할 수 없습니다", "연결할", "서버", "습니", "할"],
  ["تعذر فتح الملفات المطلوبة", "الملفات", "لفا", "فت", "ط"],
  ["שגיאה בקריאת הקובץ", "הקובץ", "קריא", "גי", "ץ"],
  ["не удалось открыть ФАЙЛ настройки", "файл", "НАСТРОЙКИ", "кры", "йл", "ы"],
  ["ΟΔΟΣ και αρχείο", "οδός".normalize("NFD").replace(/\p{M}/gu, ""), "αρχείο", "χε", "κ"],
  ["deployed 🚀 with 👩‍💻 and 🇪🇺", "🚀", "👩‍💻", "🇪🇺", "🚀 w", "with 👩‍💻"],
  ["Straße nach Zürich, café", "straße", "ZÜRICH", "cafe\u0301", "ß", "ür", "é"],
  ["const useQueryClient2 = createHTTPServer();", "QueryClient", "usequery", "HTTPS", "t2", "();", "()", ";"],
  ["/home/ada/src/web/src/components/Button.tsx", "web/src/comp", "Button.tsx", ".tsx", "/ada/", "/B"],
  ['C:\\Users\\ada\\notes.txt said "no"', "C:\\Users", "\\notes", 'said "no"', "C:", "\\"],
  ["snake_case_name and kebab-case-name $var @decorator #tag", "case_na", "kebab-", "$var", "@d", "#"],
  ["0x7fffdeadbeef ~ 3.14159265", "deadbeef", "3.14", "~", "0x"],
  ["हिन्दी में त्रुटि", "त्रुटि", "में", "ट"],
  ["ไม่พบไฟล์ที่ต้องการ", "ไฟล์", "ที่", "พบ", "ร"],
  ["შეცდომა ფაილის გახსნისას", "ფაილის", "ცდ", "ხ"],
  ["Սխալ֊ֆայլը չի գտնվել", "գտնվել", "չի", "ը"],
  ["ﾃﾞｰﾀﾍﾞｰｽ ＥＲＲＯＲ", "データベース", "ﾍﾞｰｽ", "error", "ｰ"],
  ["한국어 오류".normalize("NFD"), "한국어", "오류".normalize("NFD"), "류"],
  ["مُحَمَّد", "مُحَمَّد", "حَم"],
  ["İstanbul'da ışık", "istanbul", "IŞIK", "ı"],
  ["قَالَ مُحَمَّدٌ إنه أحمد", "محمد", "احمد", "مُحَمَّد", "مّ"],
  ["שָׁלוֹם עוֹלָם", "שלום", "עוֹלָם", "שָׁ"],
  ["я ещё раз ЁЖ ΟΔΟΣ ΕΣΤΙΑ", "еще", "ёж", "οδός", "ΕΣ"],
  ["love ❤ sun ☀️ warn ⚠ key 1️⃣ 👍🏽 葛\u{e0100}城", "❤️", "☀", "⚠️", "1️⃣", "👍🏽", "👍", "葛城"],
  ["Donau\u00ad\u200bdampf user\u202egpj.exe", "Donaudampf", "usergpj", "\u202e", "\u200b"],
  ["ﾊﾟｽﾜｰﾄﾞ ① ½ ﬁn", "パスワード", "ﾊﾟ", "①", "½", "fin"],
  [
    JSON.stringify({ path: "C:\\logs\\new", said: 'he said "hi"', in: JSON.stringify({ deep: "D:\\x\\y" }) }),
    "C:\\logs\\new",
    "\\logs",
    'said "hi"',
    "D:\\x\\y",
  ],
  [String.raw`{"city":"\u6771\u4eac","mark":"\ud83d\ude00"}`, "東京", "京", "😀"],
  [
    "a => b != c :: d // -- && ?? ... ${x} {{m}} #! @@ %% \t\r\n  nul\u0000end",
    "=>",
    "!=",
    "::",
    "//",
    "--",
    "??",
    "${",
    "{{",
    "%%",
    "\t",
    "nul\0end",
  ],
  ["50% off_sale [x] (y) $^ .* 'q'", "50%", "% o", "f_s", "[x]", "$^", ".*", "'q'"],
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

/** The ids of the calls that a window finds; a search is repeated until it has reached the oldest call. */
const found = (search: string): Promise<number[]> =>
  asWindow(hub, async (control) => {
    for (;;) {
      const { calls, searched } = await control.call("calls.list", { filter: { search }, limit: 1_000 });
      if (searched === undefined || searched.through === searched.of) return calls.map(({ id }) => id);
    }
  });

/** The calls made, by their texts. */
const ids = new Map<string, number | undefined>();

const newest = (): Promise<number | undefined> =>
  asWindow(hub, async (control) => (await control.call("calls.list", { filter: {}, limit: 1 })).calls[0]?.id);

test.each(corpus)("what is in the result %j is found at once after the call", async (text, ...searches) => {
  await client.call("one__echo", { text });
  const id = await newest();
  ids.set(text, id);
  // The first look finds it: nothing has to be waited for.
  for (const search of searches) expect(await found(search), `${search} in ${text}`).toContain(id);
});

test("the same is found once it is in the index, and nothing else is", async () => {
  // More than one segment of the index.
  for (let at = 0; at < 2_400; at += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => client.call("one__echo", { text: `filler ${at + i}` })),
    );
  await waitFor(() => segments(join(hub.home, "search.db")) > 0, {
    deadlineMs: PATIENCE,
    what: "the calls to be indexed",
  });
  for (const [text, ...searches] of corpus) {
    const id = ids.get(text);
    expect(id).toBeDefined();
    for (const search of searches) expect(await found(search), `${search} in ${text}`).toContain(id);
  }
  for (const search of ["库", "🚀", "\\notes"])
    expect(await hub.calls("--search", search, "--limit", "10")).toHaveLength(1);
  expect(await found("filler 2399")).toHaveLength(1);
  expect(await found("no such text anywhere")).toEqual([]);
  expect(await found("ﷺ")).toEqual([]);
});
