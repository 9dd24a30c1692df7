import { describe, expect, it } from "vitest";
import { batchArguments, quoteBatchArgument } from "./windows-command.ts";

describe("an argument of a batch file", () => {
  it.each([
    ["-y", "-y"],
    ["@scope/name@1.2.3", "@scope/name@1.2.3"],
    ["C:\\Users\\me", "C:\\Users\\me"],
    ["", '""'],
    ["two words", '"two words"'],
    ["C:\\my dir\\", '"C:\\my dir\\\\"'],
    ["C:\\dir\\", '"C:\\dir\\\\"'],
    ['say "hi"', '"say ""hi"""'],
    ['\\"', '"\\\\"""'],
    ['"&calc.exe', '"""&calc.exe"'],
    ["a&b|c>d<e^f", '"a&b|c>d<e^f"'],
    ["%PATH%", '"%%cd:~,%PATH%%cd:~,%"'],
    ["100%", '"100%%cd:~,%"'],
    ["!PATH!", '"!PATH!"'],
    ["a=b,c;d", '"a=b,c;d"'],
    ["(x)", '"(x)"'],
    ["ä", '"ä"'],
    ["tab\there", '"tab\there"'],
  ])("%j becomes %s", (argument, expected) => {
    expect(quoteBatchArgument(argument)).toBe(expected);
  });

  it.each(["line\nbreak", "carriage\rreturn", "nul\0"])("%j is refused", (argument) => {
    expect(() => quoteBatchArgument(argument)).toThrow("cannot be passed to a batch file safely");
  });

  it("keeps cmd.exe's idea of inside and outside in step: special characters are never outside quotes", () => {
    const alphabet = ['"', "&", "|", "%", "\\", " ", "a", "^", "<"];
    for (let n = 0; n < alphabet.length ** 4; n += 1) {
      let rest = n;
      let argument = "";
      for (let i = 0; i < 4; i += 1) {
        argument += alphabet[rest % alphabet.length];
        rest = Math.floor(rest / alphabet.length);
      }
      let inside = false;
      for (const character of quoteBatchArgument(argument)) {
        if (character === '"') inside = !inside;
        else if (!inside && "&|<>^ ".includes(character)) throw new Error(`outside quotes: ${argument}`);
      }
      if (inside) throw new Error(`unbalanced: ${argument}`);
    }
  });
});

describe("cmd.exe", () => {
  it("gets the whole command in one pair of quotes, without AutoRun and delayed expansion", () => {
    expect(batchArguments("C:\\Program Files\\nodejs\\npx.cmd", ["-y", "a b"])).toEqual([
      "/d",
      "/e:ON",
      "/v:OFF",
      "/s",
      "/c",
      '""C:\\Program Files\\nodejs\\npx.cmd" -y "a b""',
    ]);
  });

  it("is not given a command line that it would cut, nor a script's name that it would misread", () => {
    expect(() => batchArguments("C:\\a.cmd", ["x".repeat(9_000)])).toThrow("9");
    expect(() => batchArguments('C:\\a"b.cmd', [])).toThrow("special character");
    expect(() => batchArguments("C:\\%PATH%.cmd", [])).toThrow("special character");
  });
});
