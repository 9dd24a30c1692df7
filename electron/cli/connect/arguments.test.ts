import { expect, it } from "vitest";
import { plainConnect } from "./arguments.ts";

it.each([
  [["connect"], {}],
  [["--home", "/h", "connect", "--client", "desk"], { home: "/h", client: "desk" }],
  [["connect", "--server=files", "--home=/a=b"], { server: "files", home: "/a=b" }],
  [["--home=/h", "connect", "--client", "connect"], { home: "/h", client: "connect" }],
  // Everything else goes through the parser of all commands, which says what is wrong.
  [["status"], undefined],
  [["connect", "--help"], undefined],
  [["connect", "--client"], undefined],
  [["connect", "--client", "--server"], undefined],
  [["connect", "more"], undefined],
  [["--client", "x", "connect"], undefined],
  [["--home", "connect"], undefined],
  [[], undefined],
])("%j is read as %j", (args, expected) => {
  expect(plainConnect(args)).toEqual(expected);
});
