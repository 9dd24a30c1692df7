import { expect, test } from "vitest";
import { projectOf } from "./project.ts";
import { Refusal } from "./refusal.ts";

const named = (value: string) => projectOf({ "x-gatehouse-project": value }, "linux");

test("a request names its client's project folder by an absolute path or a file: URI", () => {
  expect(projectOf({}, "linux")).toBeUndefined();
  expect(named("/home/ada/proj/")).toBe("/home/ada/proj");
  expect(named("file:///home/ada/%C3%A4")).toBe("/home/ada/ä");
  expect(named(Buffer.from("/home/ada/ä", "utf8").toString("latin1"))).toBe("/home/ada/ä");
  expect(projectOf({ "x-gatehouse-project": "c:\\proj" }, "win32")).toBe("C:\\proj");
});

test.each(["", "proj", "../proj", "C:\\proj", "/a\u0000b", "https://example.com/"])(
  "%j names none, and is refused",
  (value) => {
    const refusal = named(value);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ status: 400 });
  },
);
