import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { StdinWriter } from "./stdin-writer.ts";

/** A stream that takes a write only when told. */
function slowStream() {
  const taken: string[] = [];
  let release: ((error?: Error) => void) | undefined;
  const take = (text: string, callback: (error?: Error | null) => void): void => {
    taken.push(text);
    release = callback;
  };
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, callback) => take(chunk.toString(), callback),
    writev: (chunks, callback) => take(chunks.map(({ chunk }) => String(chunk)).join(""), callback),
  });
  const next = async (error?: Error): Promise<void> => {
    const done = release;
    release = undefined;
    done?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { stream, taken, next };
}

const setUp = () => {
  const slow = slowStream();
  const log: string[] = [];
  const writer = new StdinWriter({ drained: () => log.push("drained"), broken: () => log.push("broken") });
  const send = (text: string): boolean =>
    writer.send([Buffer.from(text)], (error) => log.push(`${text} ${error ? "never" : "written"}`));
  return { ...slow, log, writer, send };
};

it("hands over one batch at a time, and what comes meanwhile goes together", async () => {
  const { stream, taken, next, log, writer, send } = setUp();
  send("a");
  writer.attach(stream);
  send("b");
  send("c");
  expect(taken).toEqual(["a\n"]);
  await next();
  expect(taken).toEqual(["a\n", "b\nc\n"]);
  await next();
  expect(log).toEqual(["a written", "b written", "c written"]);
});

it("counts what was handed over as written when the pipe breaks, and what waited as never written", async () => {
  const { stream, next, log, writer, send } = setUp();
  writer.attach(stream);
  send("a");
  send("b");
  await next(new Error("EPIPE"));
  expect(log).toEqual(["a written", "b never", "broken"]);
  send("c");
  await Promise.resolve();
  expect(log.at(-1)).toBe("c never");
});

it("names the end of the server, once it is known, instead of the broken pipe", async () => {
  const { stream, next, writer, send } = setUp();
  writer.attach(stream);
  send("a");
  await next(new Error("EPIPE"));
  writer.close(new Error("The server exited with code 3."));
  const refusal = await new Promise<Error | undefined>((resolve) => {
    writer.send([Buffer.from("b")], resolve);
  });
  expect(refusal?.message).toBe("The server exited with code 3.");
});

it("refuses what waits when it ends, and ends once", async () => {
  const { stream, next, log, writer, send } = setUp();
  writer.attach(stream);
  send("a");
  send("b");
  writer.end();
  writer.end();
  await next();
  expect(log).toEqual(["b never", "a written"]);
  expect(stream.writableEnded).toBe(true);
});

it("says once that it has drained after it was full", async () => {
  const { stream, next, log, writer } = setUp();
  writer.attach(stream);
  const half = [Buffer.alloc(600_000)];
  expect([writer.send(half), writer.send(half), writer.send([Buffer.alloc(1)])]).toEqual([
    true,
    false,
    false,
  ]);
  await next();
  expect(log).toEqual([]);
  await next();
  expect(log).toEqual(["drained"]);
  expect(writer.send([Buffer.alloc(1)])).toBe(true);
});
