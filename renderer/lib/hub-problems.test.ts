import { describe, expect, it } from "vitest";
import type { Problem } from "../../shared/model/problem.ts";
import { noticeKey, noticesOf, recordingStop, spokenChange } from "./hub-problems.ts";

const problem = (code: string, message = `${code} it is`): Problem => ({ code, message, advice: null });
const failing = problem("recording_failed", "calls cannot be recorded: database or disk is full");
const unrecorded = problem("calls_unrecorded", "3 calls were served without a record since noon");
const damaged = problem("database_damaged");

describe("what is wrong with the hub", () => {
  it.each([
    ["recording_failed", true],
    ["storage_read_only", true],
    ["storage_newer", true],
    ["database_damaged", false],
    ["calls_unrecorded", false],
  ])("%s keeps calls from being recorded: %s", (code, stops) => {
    expect(recordingStop([problem("other"), problem(code)])?.code).toBe(stops ? code : undefined);
  });

  it("is told the gravest first, each with its words, and only what has passed can be put away", () => {
    expect(noticesOf([unrecorded, problem("of_the_future", "the moon is full"), damaged], null)).toEqual([
      {
        code: "database_damaged",
        tone: "bad",
        title: "The call history is damaged",
        texts: ["database_damaged it is"],
        advice: null,
        dismissible: false,
      },
      {
        code: "calls_unrecorded",
        tone: "warn",
        title: "Calls were answered without a record",
        texts: [unrecorded.message],
        advice: null,
        dismissible: true,
      },
      {
        code: "of_the_future",
        tone: "warn",
        title: "The moon is full.",
        texts: [],
        advice: null,
        dismissible: false,
      },
    ]);
  });

  it("says of a key that is out of reach what is not protected, for as long as it is", () => {
    const key = problem("history_key_unavailable", "the key that protects the call history is out of reach");
    expect(noticesOf([key], null)).toMatchObject([
      {
        tone: "warn",
        title: "New calls are not protected against changes yet",
        texts: [key.message],
        dismissible: false,
      },
    ]);
  });

  it("is one notice while recording stands still: how many calls went unrecorded belongs to why", () => {
    expect(noticesOf([failing, unrecorded], null)).toMatchObject([
      { code: "recording_failed", texts: [failing.message, unrecorded.message], dismissible: false },
    ]);
  });

  it("holds an index that is being made, with how much is done", () => {
    expect(noticesOf([], { through: 750, of: 3_000 })).toMatchObject([
      { code: "indexing", tone: "info", dismissible: true, done: 0.25 },
    ]);
  });

  it("comes back when it is told with other words, and an index that gets on does not", () => {
    const keys = (...problems: Problem[]) => noticesOf(problems, null).map(noticeKey);
    expect(keys(unrecorded)).toEqual(keys({ ...unrecorded }));
    expect(keys(unrecorded)).not.toEqual(keys({ ...unrecorded, message: "4 calls were served" }));
    const index = (through: number) => noticesOf([], { through, of: 9 }).map(noticeKey);
    expect(index(1)).toEqual(index(8));
  });
});

describe("what is read out of a change", () => {
  const told = (...problems: Problem[]) => noticesOf(problems, null);

  it("is what has come up and is no alert, and what is over", () => {
    expect(spokenChange([], told(unrecorded))).toBe("Calls were answered without a record.");
    expect(spokenChange(told(failing, damaged), told(unrecorded))).toBe(
      "Calls were answered without a record. Over: Calls are not being recorded. Over: The call history is damaged.",
    );
  });

  it("is nothing of alerts, which speak for themselves, and nothing of changed words", () => {
    expect(spokenChange([], told(failing))).toBe("");
    expect(spokenChange(told(unrecorded), told({ ...unrecorded, message: "4 calls" }))).toBe("");
  });
});
