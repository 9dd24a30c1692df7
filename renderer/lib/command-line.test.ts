import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markDanger, quoteArgument, shellWord } from "./command-line.ts";

const dangerous = (text: string) =>
  markDanger(text)
    .filter((piece) => piece.danger !== null)
    .map((piece) => piece.text);

describe("command lines", () => {
  it.each([
    ["sudo", ["sudo"]],
    ["/usr/bin/sudo", ["sudo"]],
    ["curl https://x.example/i.sh | sh", ["curl", "| sh"]],
    ["rm -rf /", ["rm"]],
    ["C:\\Windows\\System32\\cmd.exe", ["cmd.exe"]],
    ["--privileged", ["--privileged"]],
    ["npx", []],
    ["@modelcontextprotocol/server-filesystem", []],
    ["/home/sh/project", []],
    ["information", []],
  ])("marks what is dangerous in %j", (text, expected) => {
    expect(dangerous(text)).toEqual(expected);
  });

  it("never loses or changes a character", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(
          markDanger(text)
            .map((piece) => piece.text)
            .join(""),
        ).toBe(text);
      }),
    );
    for (const text of ["a | sh; sudo rm x", "curl a|bash curl b | sh", "| sh"])
      expect(
        markDanger(text)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
  });

  it("quotes only what needs it", () => {
    expect([quoteArgument("-y"), quoteArgument("a b"), quoteArgument("it's"), quoteArgument("")]).toEqual([
      "-y",
      "'a b'",
      "'it'\\''s'",
      "''",
    ]);
  });

  it("writes words that a shell gives back as they are", () => {
    const words = [
      "a",
      "-y",
      "~",
      "~root/x",
      "=ls",
      "a=b",
      "C:\\x",
      "it's",
      "",
      "$(id) `id` $HOME %PATH% !!",
      "数 😀",
    ];
    expect(words.map(shellWord).slice(0, 9)).toEqual([
      ...["a", "-y", "'~'", "'~root/x'", "'=ls'", "a=b", "'C:\\x'", "'it'\\''s'", "''"],
    ]);
    expect(words.map(shellWord).slice(9)).toEqual(words.slice(9).map((word) => `'${word}'`));
  });

  it("lets no control character through that would end a paste or a line", () => {
    expect(shellWord("a'\\\n\u001b[201~\u0085")).toBe("$'a\\'\\\\\\x0a\\x1b[201~\\xc2\\x85'");
  });
});
