// A call in full, calls compared, made again and tried out, and agent runs, against the mock hub.
import type { Locator, Page } from "playwright-core";
import { beforeEach, expect, test } from "vitest";
import { mockPage } from "../lib/mock-page.ts";

const ui = mockPage();
const { approve } = ui;
let page: Page;
beforeEach(() => {
  page = ui.page;
});

const go = (fragment: string): Promise<unknown> =>
  page.goto(new URL(fragment, ui.hub.url).href.replace(/#code=.*#/, "#"));
const fragment = (): string => new URL(page.url()).hash;

/** Opens the first good call of a tool in Activity. */
async function openCall(tool: string): Promise<Locator> {
  await go("#/activity");
  await page.getByTestId("call-row").filter({ hasText: tool }).filter({ hasText: "OK" }).first().click();
  const detail = page.getByTestId("call-detail");
  await detail.getByRole("tab").first().waitFor();
  return detail;
}

test("the waterfall's table adds up to the call, and the messages within it stand in their order", async () => {
  const detail = await openCall("search_issues");
  await detail.getByRole("tab", { name: "Timing" }).click();
  await detail.getByText("As a table").click();
  const rows = await detail.getByRole("table").getByRole("row").allInnerTexts();
  const took = rows.map((text) => /([\d,]+) µs\s+[<\d ]+%/.exec(text)?.[1]).flatMap((text) => text ?? []);
  const micros = took.map((text) => Number(text.replaceAll(",", "")));
  const whole = micros.pop();
  expect(micros).toHaveLength(5);
  expect(micros.reduce((sum, one) => sum + one, 0)).toBe(whole);
  const marks = await page.evaluate<number[]>(
    "[...document.querySelectorAll('[data-event]')].map((mark) => Number.parseFloat(mark.style.left))",
  );
  expect(marks.length).toBe(6);
  expect(marks).toEqual([...marks].sort((a, b) => a - b));
  await detail.getByTestId("events").getByText("Client answered").waitFor();
});

test("the messages are the recorded payloads within JSON-RPC", async () => {
  const detail = await openCall("read_text_file");
  await detail.getByRole("tab", { name: "Messages" }).click();
  const wire = await detail.getByTestId("wire").innerText();
  expect(wire).toContain('"method": "tools/call"');
  expect(wire).toContain("0.1000000000000000055511151231257827");
  expect(wire).toContain("(not recorded)");
});

test("a call is compared with another one of its tool, the older at the left", async () => {
  const detail = await openCall("read_text_file");
  await detail.getByRole("button", { name: "Compare with another call" }).click();
  await page.getByTestId("compare-with").getByRole("button").filter({ hasText: "Error" }).first().click();
  await page.getByTestId("call-diff").waitFor();
  const [, first = 0, second = 0] = /compare\/(\d+)\/(\d+)/.exec(fragment())?.map(Number) ?? [];
  expect(first).toBeLessThan(second);
  await page.getByRole("button", { name: "Arguments" }).click();
  await page.getByText("Both say the same.").waitFor();
  await page.getByRole("button", { name: "Swap" }).click();
  await page.getByText(`Call #${second}`).first().waitFor();
  expect(fragment()).toBe(`#/compare/${second}/${first}`);
});

test("a call is made again with other arguments, and what differs stands beside it", async () => {
  await openCall("read_text_file");
  await page.getByRole("button", { name: "Run again…" }).click();
  await page
    .getByRole("group", { name: "How to fill in the arguments" })
    .getByRole("button", { name: "JSON" })
    .click();
  const editor = page.getByTestId("arguments");
  expect(await editor.inputValue()).toContain("9007199254740993");
  await editor.fill('{"path": 1');
  await page.getByText("This is not JSON").waitFor();
  await page.getByRole("button", { name: "Run again" }).click();
  await page.getByText("Not JSON yet").waitFor();
  await editor.fill('{"path": "/other", "n": 12345678901234567890}');
  await editor.press("Control+Enter");
  const difference = page.getByTestId("call-diff");
  await difference.waitFor();
  expect(await difference.innerText()).toContain("12345678901234567890");
  await page.getByRole("button", { name: "Arguments" }).click();
  await difference.getByText("/other").waitFor();
  expect(await page.getByTestId("own-calls").getByRole("link").count()).toBe(1);
});

test("a tool is tried from its form, which stays in step with its JSON and says what is wrong before sending", async () => {
  await go("#/servers/everything");
  await page.getByRole("option", { name: "get-sum" }).click();
  await page.getByRole("button", { name: "Try" }).click();
  const field = (name: string): Locator => page.getByRole("textbox", { name, exact: true });
  await page.getByRole("button", { name: "Call", exact: true }).click();
  await page.getByText("2 fields to mend").waitFor();
  await field("a").fill("1.");
  await field("b").fill("12345678901234567890");
  await page.getByText("This must be a number.").waitFor();
  await field("a").fill("1.50");
  await page.getByRole("button", { name: "JSON", exact: true }).click();
  const editor = page.getByTestId("arguments");
  expect(await editor.inputValue()).toBe('{\n  "a": 1.50,\n  "b": 12345678901234567890\n}');
  await editor.fill('{"b": 2, "a": 7, "more": [1e400]}');
  await page.getByRole("button", { name: "Form", exact: true }).click();
  expect(await field("a").inputValue()).toBe("7");
  await page.getByText("Also sent, but not in the schema").waitFor();
  await page.getByRole("button", { name: "Call", exact: true }).click();
  const result = page.getByTestId("playground-result");
  await result.waitFor();
  expect(await result.innerText()).toContain("1e400");
});

test("a server that runs once per project is told which one, once it has asked", async () => {
  await go("#/playground/everything/per-project");
  const call = page.getByRole("button", { name: "Call", exact: true });
  const project = page.getByRole("textbox", { name: "Project folder" });
  await call.waitFor();
  expect(await project.count()).toBe(0);
  await call.click();
  await project.fill("/home/ada/proj");
  await page.getByTestId("arguments").fill('{"path": "for-this-project"}');
  await call.click();
  await page.getByTestId("playground-result").getByText("for-this-project").waitFor();
});

test("a call that is asked about shows so, can be stopped, and ends with the answer", async () => {
  await go("#/playground/everything/delete-everything");
  await page.getByRole("textbox", { name: "path" }).fill("/tmp/old");
  const call = page.getByRole("button", { name: "Call", exact: true });
  await call.click();
  await page.getByText("Waiting for your answer").waitFor();
  expect(await page.getByTestId("question").innerText()).toContain("You are calling a tool of");
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("It was stopped before it was answered.").waitFor();
  await call.click();
  await page.getByText("Waiting for your answer").waitFor();
  await approve();
  await page.getByTestId("playground-result").getByText("/tmp/old").waitFor();
});

test("the palette leads to the playground and to runs; a run leads to its steps and its calls", async () => {
  await page.keyboard.press("Control+k");
  await page.keyboard.type("try a tool of memory");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
  expect(fragment()).toBe("#/playground/memory");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("runs");
  await page.keyboard.press("Enter");
  await page.getByTestId("run-row").first().click();
  const run = page.getByTestId("run-page");
  await run.getByText("/home/ada/proj/shop/src/cart.ts").first().waitFor();
  await run.getByText("api.github.com").waitFor();
  await run.getByTestId("steps").getByRole("link").first().click();
  await page.getByTestId("call-detail").getByRole("tab", { name: "Timing" }).click();
  await page.getByRole("link", { name: "What the client did around it" }).click();
  await page.getByRole("button", { name: "Its calls" }).click();
  await page.getByTestId("call-row").first().waitFor();
});
