import { describe, expect, it } from "vitest";
import type { PolicyFacts } from "./call.ts";
import { compileRules } from "./compile.ts";
import { allow, callOf, deny, factsOf } from "./testing/policy-kit.ts";

/**
 * Each row is a path or URL that somebody may smuggle past a rule, with what becomes of it under an allow and under a
 * deny for the same folder or host, and why. "ask": it cannot be told, so that the person is asked.
 */
type Row = [
  trick: string,
  value: unknown,
  allowed: "allow" | "ask" | "no",
  denied: "deny" | "no",
  why: RegExp,
  facts?: Parameters<typeof factsOf>[0],
];

function expectRow(condition: { under: string } | { host: string }, row: Row): void {
  const [, value, allowed, denied, why, change] = row;
  const facts: PolicyFacts = factsOf(change);
  const args = [{ path: "/v", ...condition }];
  const call = callOf({ args: { v: value } });
  const allowing = compileRules([allow({ args })]);
  const { decision } = allowing.decide(call, facts, "deny");
  // What cannot be told holds nothing back from a later deny, and lets no later allow pass.
  const asks = compileRules([allow({ args }), allow()]).decide(call, facts, "allow").decision;
  const found = decision === "allow" ? "allow" : asks === "ask" ? "ask" : "no";
  const denying = compileRules([deny({ args })]);
  const deniedIt = denying.decide(call, facts, "allow").decision === "deny";
  expect({ allowed: found, denied: deniedIt ? "deny" : "no" }).toEqual({ allowed, denied });
  const reasons = [allowing, denying].map((policy) => policy.explain(call, facts, "ask").steps[0]?.why ?? "");
  expect(reasons.join("\n")).toMatch(why);
}

describe("a path under ~/proj", () => {
  it.each<Row>([
    ["the plain path", "/home/u/proj/a", "allow", "deny", /is under/],
    ["the folder itself", "/home/u/proj/", "allow", "deny", /is under/],
    ["a dot", ".", "allow", "deny", /is under/],
    ["an empty path is the server's folder", "", "allow", "deny", /is under/],
    ["double slashes", "//home///u/proj//a", "allow", "deny", /is under/],
    ["single dots", "/home/u/./proj/./a", "allow", "deny", /is under/],
    ["a sibling with the same beginning", "/home/u/project/a", "no", "no", /not under/],
    ["dots that leave", "/home/u/proj/../.ssh/id", "no", "no", /"\/home\/u\/\.ssh\/id"/],
    ["dots that leave and come back", "/home/u/proj/../proj/a", "allow", "deny", /is under/],
    ["dots above the root", "/../../home/u/proj/a", "allow", "deny", /is under/],
    ["relative dots that leave", "../.ssh/id", "no", "no", /\.ssh/],
    ["three dots are a name", ".../a", "allow", "deny", /is under/],
    [
      "a link that leads out",
      "/home/u/proj/out/id",
      "no",
      "deny",
      /\.ssh/,
      { links: { "/home/u/proj/out": "/home/u/.ssh" } },
    ],
    [
      "a link that leads in",
      "/tmp/in/a",
      "allow",
      "deny",
      /is under/,
      { links: { "/tmp/in": "/home/u/proj" } },
    ],
    [
      "the folder is itself a link",
      "/data/proj/a",
      "allow",
      "deny",
      /is under/,
      { links: { "/home/u/proj": "/data/proj" } },
    ],
    [
      "a link before dots, which the system and programs read differently",
      "/home/u/proj/l/../a",
      "no",
      "deny",
      /"\/etc\/a"/,
      { links: { "/home/u/proj/l": "/etc/deep" } },
    ],
    [
      "a link to a link",
      "/home/u/proj/one/x",
      "no",
      "deny",
      /"\/etc\/x"/,
      { links: { "/home/u/proj/one": "/home/u/proj/two", "/home/u/proj/two": "/etc" } },
    ],
    [
      "a loop of links",
      "/home/u/proj/loop/x",
      "ask",
      "deny",
      /cannot be found out|leads under/,
      { links: { "/home/u/proj/loop": "/home/u/proj/loop" } },
    ],
    [
      "what may not be looked at",
      "/srv/closed/x",
      "ask",
      "deny",
      /cannot be found out/,
      { links: { "/srv/closed": null } },
    ],
    [
      "the home folder is not known to be real",
      "/home/u/proj/a",
      "ask",
      "deny",
      /cannot be found out|leads under/,
      { links: { "/home/u/proj": null } },
    ],
    ["tilde", "~/proj/a", "allow", "deny", /is under/],
    ["tilde elsewhere", "~/.ssh/id", "no", "no", /\.ssh/],
    ["tilde with dots", "~/proj/../.ssh", "no", "no", /\.ssh/],
    ["somebody's tilde", "~root/x", "ask", "deny", /home folder of some user/],
    ["a tilde in the middle is a name", "a/~/b", "allow", "deny", /is under/],
    ["a variable at the start", "$HOME/.ssh/id", "ask", "deny", /begins with a variable/],
    ["a variable in braces", "${HOME}/.ssh/id", "ask", "deny", /begins with a variable/],
    ["NUL", "/home/u/proj/a\0/../../.ssh/id", "no", "deny", /control character|not under/],
    ["a line break", "/home/u/proj/a\n", "ask", "deny", /control character|is under/],
    ["white space before an absolute path", " /etc/passwd", "no", "deny", /"\/etc\/passwd"/],
    ["quotes around an absolute path", '"/etc/passwd"', "no", "deny", /"\/etc\/passwd"/],
    ["encoded dots", "/home/u/proj/%2e%2e/.ssh/id", "no", "deny", /\.ssh/],
    ["encoded separators", "/home/u/proj/..%2f.ssh%2fid", "no", "deny", /\.ssh/],
    ["encoded twice", "/home/u/proj/%252e%252e%2f.ssh", "ask", "deny", /encoded/],
    ["an encoded space is a name", "/home/u/proj/a%20b", "allow", "deny", /is under/],
    ["backslashes, which some programs turn round", "a\\..\\..\\.ssh", "no", "deny", /"\/home\/u\/\.ssh"/],
    ["a path of Windows elsewhere", "C:\\Users\\u", "ask", "deny", /path of Windows/],
    ["a file URL", "file:///home/u/proj/a", "allow", "deny", /is under/],
    ["a file URL elsewhere", "file:///etc/passwd", "no", "no", /passwd/],
    ["a file URL with encoded dots", "file:///home/u/proj/%2e%2e/.ssh", "no", "deny", /\.ssh/],
    ["a file URL with an encoded slash", "file:///home/u/proj/..%2f.ssh", "no", "deny", /\.ssh/],
    ["a file URL of localhost", "file://localhost/home/u/proj/a", "allow", "deny", /is under/],
    ["a file URL of another host", "file://evil/home/u/proj/a", "ask", "deny", /another host|is under/],
    ["a file URL with a fragment", "file:///home/u/proj/a#/../../x", "no", "deny", /not under|fragment/],
    ["a file URL in upper case", "FILE:///etc/passwd", "no", "no", /passwd/],
    [
      "a file URL that is badly encoded",
      "file:///home/u/proj/%zz",
      "ask",
      "deny",
      /percent-encoded|is under/,
    ],
    ["a web URL where a path is wanted", "https://x/../../../../../etc", "no", "deny", /URL/],
    [
      "a relative path of a server in an unknown folder",
      "a",
      "ask",
      "deny",
      /working folder is not known/,
      { cwd: undefined },
    ],
    [
      "an absolute path of a server in an unknown folder",
      "/home/u/proj/a",
      "allow",
      "deny",
      /is under/,
      { cwd: undefined },
    ],
    ["a path of a remote server", "/home/u/proj/a", "no", "deny", /remote server/, { where: "remote" }],
    ["a relative path of a remote server", "a", "no", "no", /remote server/, { where: "remote" }],
    ["a path in a container", "/home/u/proj/a", "no", "deny", /container/, { where: "container" }],
    ["another path in a container", "/workspace/a", "no", "no", /container/, { where: "container" }],
    ["the process's own root", "/proc/self/root/home/u/proj/a", "no", "deny", /every process/],
    ["the process's own folder", "/proc/self/cwd/a", "no", "deny", /every process/],
    ["a descriptor", "/dev/fd/3", "no", "deny", /every process/],
    ["other case where case matters", "/home/u/PROJ/a", "no", "no", /not under/],
    [
      "other case where it does not",
      "/home/u/PROJ/a",
      "allow",
      "deny",
      /is under/,
      { caseInsensitive: true },
    ],
    [
      "other case where nobody knows",
      "/home/u/PROJ/a",
      "no",
      "deny",
      /not under/,
      { caseInsensitive: undefined },
    ],
    ["too long for a path", `/home/u/proj/${"a".repeat(10_000)}`, "ask", "deny", /too long/],
    ["a path in an object", { path: "/etc/passwd" }, "no", "no", /passwd/],
    ["one of two in a list", ["a", "/etc/passwd"], "no", "deny", /passwd/],
  ])("%s", (...row) => {
    expectRow({ under: "~/proj" }, row);
  });
});

describe("names in other forms, under ~/Größe/k", () => {
  it.each<Row>([
    ["composed", "/home/u/Gr\u00f6\u00dfe/k/a", "allow", "deny", /is under/],
    [
      "decomposed, on a system that keeps them apart",
      "/home/u/Gro\u0308\u00dfe/k/a",
      "no",
      "deny",
      /not under/,
    ],
    [
      "decomposed, on macOS",
      "/home/u/Gro\u0308\u00dfe/k/a",
      "allow",
      "deny",
      /is under/,
      { platform: "darwin" },
    ],
    ["ss for ß", "/home/u/Gr\u00f6sse/k/a", "no", "deny", /not under/, { caseInsensitive: true }],
    [
      "SS for ß, which an upper-case comparison takes for one",
      "/home/u/Gr\u00f6SSe/k/a",
      "no",
      "deny",
      /not under/,
      { caseInsensitive: true },
    ],
    [
      "the Kelvin sign for k",
      "/home/u/Gr\u00f6\u00dfe/\u212a/a",
      "no",
      "deny",
      /not under/,
      { caseInsensitive: true },
    ],
    ["a character without a width", "/home/u/Gr\u00f6\u200c\u00dfe/k/a", "no", "deny", /not under/],
    [
      "the data volume of macOS",
      "/System/Volumes/Data/home/u/Gr\u00f6\u00dfe/k",
      "no",
      "deny",
      /not under|is under|leads under/,
      { platform: "darwin" },
    ],
  ])("%s", (...row) => {
    expectRow({ under: "~/Gr\u00f6\u00dfe/k" }, row);
  });
});

describe("a path of Windows, under C:\\Users\\u\\proj", () => {
  const windows = { platform: "win32" } as const;
  const rows: Row[] = [
    ["the plain path", "C:\\Users\\u\\proj\\a", "allow", "deny", /is under/],
    ["slashes", "C:/Users/u/proj/a", "allow", "deny", /is under/],
    ["other case", "c:\\USERS\\U\\PROJ\\a", "allow", "deny", /is under/],
    ["another drive", "D:\\Users\\u\\proj\\a", "no", "no", /not under/],
    ["relative to the server's folder", "a\\b", "allow", "deny", /is under/],
    ["relative to the root of its drive", "\\Users\\u\\proj\\a", "allow", "deny", /is under/],
    ["relative to a drive's folder", "C:proj\\a", "ask", "deny", /folder of another drive/],
    ["dots that leave", "C:\\Users\\u\\proj\\..\\.ssh", "no", "no", /\.ssh/],
    ["dots with slashes", "C:\\Users\\u\\proj/../.ssh", "no", "no", /\.ssh/],
    ["the long form", "\\\\?\\C:\\Users\\u\\proj\\a", "allow", "deny", /is under/],
    ["the long form elsewhere", "\\\\?\\C:\\Windows", "no", "no", /not under/],
    ["the form of the kernel", "\\??\\C:\\Users\\u\\proj\\a", "allow", "deny", /is under/],
    ["a share", "\\\\evil\\share\\proj\\a", "no", "deny", /not under|share/],
    ["the long form of a share", "\\\\?\\UNC\\evil\\share\\a", "no", "deny", /not under|share/],
    ["this machine's drive as a share", "\\\\localhost\\C$\\Users\\u\\proj\\a", "no", "deny", /not under/],
    ["a share in slashes", "//evil/share/a", "no", "deny", /not under|share/],
    ["a device", "\\\\.\\PhysicalDrive0", "ask", "deny", /device/],
    ["a device's name", "C:\\Users\\u\\proj\\CON", "ask", "deny", /device|is under/],
    ["a short name", "C:\\Users\\u\\PROJ~1\\a", "ask", "deny", /short name/],
    [
      "a short name that the disk resolves",
      "C:\\Users\\u\\PROJ~1\\a",
      "allow",
      "deny",
      /is under/,
      { links: { "C:\\Users\\u\\PROJ~1": "C:\\Users\\u\\proj" } },
    ],
    [
      "a short name that the disk resolves elsewhere",
      "C:\\PROGRA~1\\a",
      "no",
      "no",
      /Program Files/,
      { links: { "C:\\PROGRA~1": "C:\\Program Files" } },
    ],
    ["a stream", "C:\\Users\\u\\proj\\a.txt:hidden", "ask", "deny", /stream|is under/],
    [
      "a stream of the folder",
      "C:\\Users\\u\\proj::$INDEX_ALLOCATION\\a",
      "no",
      "deny",
      /stream|leads under/,
    ],
    ["a dot after a name", "C:\\Users\\u\\proj.\\a", "no", "deny", /not under|leads under/],
    ["spaces after a name", "C:\\Users\\u\\proj  \\a", "no", "deny", /not under|leads under/],
    ["dots with a space", "C:\\Users\\u\\proj\\.. \\x", "ask", "deny", /dots and spaces|is under/],
    ["a file URL", "file:///C:/Users/u/proj/a", "allow", "deny", /is under/],
    ["a file URL of a share", "file://evil/share/a", "no", "deny", /another host/],
    ["a drive in the form of Git Bash", "/c/Windows/x", "no", "deny", /drive|not under/],
    ["a drive of WSL", "/mnt/c/Windows/x", "no", "deny", /drive|not under/],
    ["a variable", "%USERPROFILE%\\proj\\a", "ask", "deny", /variable/],
    [
      "a junction that leads out",
      "C:\\Users\\u\\proj\\j\\a",
      "no",
      "deny",
      /Windows/,
      { links: { "C:\\Users\\u\\proj\\j": "C:\\Windows" } },
    ],
    ["a folder of another system", "/home/u/proj/a", "no", "no", /not under/],
  ];
  it.each<Row>(rows)("%s", (...row) => {
    const [trick, value, allowed, denied, why, facts] = row;
    expectRow({ under: "C:\\Users\\u\\proj" }, [
      trick,
      value,
      allowed,
      denied,
      why,
      { ...windows, ...facts },
    ]);
  });
});

describe("a URL at example.com", () => {
  it.each<Row>([
    ["the plain URL", "https://example.com/a?b#c", "allow", "deny", /is at/],
    ["http", "http://example.com/", "allow", "deny", /is at/],
    ["upper case", "HTTPS://EXAMPLE.COM/", "allow", "deny", /is at/],
    ["the scheme's own port", "https://example.com:443/", "allow", "deny", /is at/],
    ["another port", "https://example.com:8443/", "no", "deny", /port/],
    ["the other scheme's port", "http://example.com:443/", "no", "deny", /port/],
    ["another scheme", "ftp://example.com/", "no", "deny", /scheme/],
    ["a socket", "wss://example.com/", "no", "deny", /scheme/],
    ["a script", "javascript:alert(1)//example.com", "no", "deny", /no absolute URL|not at/],
    ["a subdomain", "https://a.example.com/", "no", "no", /not at/],
    ["a name that ends with it", "https://evilexample.com/", "no", "no", /not at/],
    ["a name that begins with it", "https://example.com.evil.org/", "no", "no", /not at/],
    ["it as a user name", "https://example.com@evil.org/", "no", "deny", /user name|not at/],
    ["it as a user name and password", "https://example.com:443@evil.org/", "no", "deny", /user name|not at/],
    ["another as a user name", "https://evil.org@example.com/", "ask", "deny", /user name|is at/],
    ["a backslash before an at", "https://evil.org\\@example.com/", "no", "deny", /backslash|not at/],
    ["backslashes for slashes", "https:\\\\example.com\\a", "ask", "deny", /backslash|is at/],
    ["one slash", "https:/example.com/", "ask", "deny", /two slashes|is at/],
    ["three slashes", "https:///example.com/", "ask", "deny", /two slashes|is at/],
    ["no slash", "https:example.com", "ask", "deny", /two slashes|is at/],
    ["a trailing dot", "https://example.com./", "allow", "deny", /is at/],
    ["an encoded dot", "https://example%2ecom/", "ask", "deny", /percent-encoded|is at/],
    ["a dot of another script", "https://example\u3002com/", "ask", "deny", /standards|is at/],
    ["letters of full width", "https://\uff45xample.com/", "ask", "deny", /standards|is at/],
    [
      "an encoded slash before the end of the host",
      "https://example.com%2f.evil.org/",
      "no",
      "deny",
      /no absolute URL|cannot be read/,
    ],
    ["a tab inside", "https://exam\tple.com/", "ask", "deny", /white space|is at/],
    ["white space around", " https://example.com/ ", "ask", "deny", /white space|is at/],
    [
      "a line break with another URL",
      "https://example.com/\nhttps://evil.org",
      "ask",
      "deny",
      /white space|is at/,
    ],
    ["a host without a scheme", "example.com/a", "no", "deny", /no absolute URL|reads like/],
    ["a URL without a scheme", "//example.com/a", "no", "deny", /no absolute URL|reads like/],
    ["another host without a scheme", "evil.org/a", "no", "no", /not at/],
    ["a plain word", "hello", "no", "no", /not at/],
    ["a sentence", "see example.com for more", "no", "no", /no URL/],
    ["a fragment that looks like a host", "https://evil.org#example.com", "no", "no", /not at/],
    ["a query that looks like a host", "https://evil.org?x=https://example.com", "no", "no", /not at/],
    ["a look-alike of Cyrillic letters", "https://ex\u0430mple.com/", "no", "no", /not at/],
    ["two in a list", ["https://example.com/", "https://evil.org/"], "no", "deny", /not at/],
  ])("%s", (...row) => {
    expectRow({ host: "example.com" }, row);
  });
});

describe("hosts of other kinds", () => {
  it.each<[trick: string, host: string, ...rest: [unknown, Row[2], Row[3], RegExp]]>([
    ["a subdomain by a glob", "*.example.com", "https://a.b.example.com/", "allow", "deny", /is at/],
    ["the domain itself by that glob", "*.example.com", "https://example.com/", "no", "no", /not at/],
    ["another domain by that glob", "*.example.com", "https://evilexample.com/", "no", "no", /not at/],
    ["a port that is said", "localhost:3000", "http://localhost:3000/", "allow", "deny", /is at/],
    ["another port than is said", "localhost:3000", "http://localhost:3001/", "no", "no", /port/],
    ["any port", "localhost:*", "http://localhost:3001/", "allow", "deny", /is at/],
    ["a scheme that is said", "wss://example.com", "wss://example.com/", "allow", "deny", /is at/],
    ["another scheme than is said", "wss://example.com", "https://example.com/", "no", "no", /scheme/],
    ["an IDN in letters", "b\u00fccher.de", "https://b\u00fccher.de/", "allow", "deny", /is at/],
    ["an IDN in punycode", "b\u00fccher.de", "https://xn--bcher-kva.de/", "allow", "deny", /is at/],
    ["a rule in punycode", "xn--bcher-kva.de", "https://b\u00fccher.de/", "allow", "deny", /is at/],
    [
      "a letter that standards map differently",
      "xn--fa-hia.de",
      "https://fa\u00df.de/",
      "ask",
      "deny",
      /standards|is at/,
    ],
    ["an address", "127.0.0.1", "http://127.0.0.1/", "allow", "deny", /is at/],
    ["an address as one number", "127.0.0.1", "http://2130706433/", "ask", "deny", /another way to write/],
    ["an address in hexadecimal", "127.0.0.1", "http://0x7f.0.0.1/", "ask", "deny", /another way to write/],
    ["an address in octal", "127.0.0.1", "http://0177.0.0.1/", "ask", "deny", /another way to write/],
    ["an address with parts left out", "127.0.0.1", "http://127.1/", "ask", "deny", /another way to write/],
    ["an address in IPv6", "127.0.0.1", "http://[::ffff:127.0.0.1]/", "no", "deny", /not at|is at/],
    ["IPv6", "[::1]", "http://[::1]/", "allow", "deny", /is at/],
    ["IPv6 written out", "[::1]", "http://[0:0:0:0:0:0:0:1]/", "ask", "deny", /another way to write/],
    ["a port of several zeros", "localhost:80", "http://localhost:00080/", "allow", "deny", /is at/],
    ["any host", "*", "https://anything.example/", "allow", "deny", /is at/],
  ])("%s", (trick, host, value, allowed, denied, why) => {
    expectRow({ host }, [trick, value, allowed, denied, why]);
  });
});
