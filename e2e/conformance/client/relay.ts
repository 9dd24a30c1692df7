/**
 * What the conformance command starts for each scenario: hands it to the test that waits on a port, where everything is
 * loaded already, and ends with its verdict. Usage: relay.ts PORT SERVER_URL.
 */
const [, , port, url] = process.argv;
const response = await fetch(`http://127.0.0.1:${port}/`, {
  method: "POST",
  body: JSON.stringify({
    url,
    scenario: process.env.MCP_CONFORMANCE_SCENARIO ?? "",
    context: JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}"),
  }),
});
process.stderr.write(await response.text());
process.exitCode = response.ok ? 0 : 1;
