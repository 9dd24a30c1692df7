import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createFileRegistry, fromBinary, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

/**
 * The messages of opentelemetry-proto 1.9 as `buf build` makes them of the project's own files
 * (opentelemetry/proto/collector/{trace,metrics}, Apache-2.0).
 */
const DESCRIPTORS = new URL("opentelemetry-proto-1.9.binpb", import.meta.url);
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(DESCRIPTORS)));
/** What each path takes (OTLP 1.9, "OTLP/HTTP Request"). */
const MESSAGES: Readonly<Record<string, string>> = {
  "/v1/traces": "opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest",
  "/v1/metrics": "opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest",
};
/** The one deviation of OTLP's JSON from that of protocol buffers: these bytes are hex, not base64. */
const IDS: Readonly<Record<string, number>> = { traceId: 16, spanId: 8, parentSpanId: 8 };

export interface OtlpRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A receiver of OTLP over HTTP in JSON, which decodes by the official messages and refuses what does not fit. */
export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  /** What was accepted, in order. */
  readonly accepted: readonly OtlpRequest[];
  /** Why others were refused. */
  readonly refused: readonly string[];
}

/** Throws, with the field, when a body is not such a message. */
export function decodeOtlp(path: string, body: string): void {
  const schema = registry.getMessage(MESSAGES[path] ?? "");
  if (schema === undefined) throw new Error(`nothing is received at ${path}`);
  fromJson(schema, JSON.parse(body, base64Id) as JsonValue);
}

function base64Id(key: string, value: unknown): unknown {
  const bytes = IDS[key];
  if (bytes === undefined) return value;
  if (typeof value !== "string" || value.length !== 2 * bytes || !/^[0-9a-f]*[1-9a-f][0-9a-f]*$/.test(value))
    throw new Error(`${key} is no id: ${JSON.stringify(value)}`);
  return Buffer.from(value, "hex").toString("base64");
}

/** Starts a receiver on a free port. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const accepted: OtlpRequest[] = [];
  const refused: string[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? "";
    let answer: object = {};
    try {
      if (request.method !== "POST" || request.headers["content-type"] !== "application/json")
        throw new Error(`${request.method} of ${request.headers["content-type"]}`);
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      const body = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(pieces));
      decodeOtlp(path, body);
      accepted.push({ path, headers: request.headers, body });
    } catch (error) {
      refused.push(`${path}: ${(error as Error).message}`);
      answer = { code: 3, message: (error as Error).message };
      response.statusCode = 400;
    }
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted,
    refused,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
