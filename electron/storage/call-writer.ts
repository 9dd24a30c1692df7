import type { CallRow } from "../hub/ports/storage.ts";
import { writeEvents } from "./call-events.ts";
import { type Around, LAST_ID } from "./damage.ts";
import type { Connection } from "./database.ts";
import { nextIdBeyond } from "./ids.ts";
import { type Names, nameKind } from "./names.ts";
import { encoding, type StoredParts } from "./parts.ts";
import { statusNumber } from "./status.ts";

const callColumns =
  "started_at, client_id, client, session, server, tool, method, profile, project, rule, status, duration_us, " +
  "queue_us, consent_us, upstream_us, hub_us, request_bytes, result_bytes, error_bytes";

/**
 * Writes a call and its payload; returns the call's id. Call it inside a transaction. `parts` is what to store instead
 * of the row's own bytes, when they were compressed or lie in chunks.
 */
export interface CallWriter {
  (row: CallRow, parts: StoredParts | undefined): number;
  /** Looks anew which id is next, when a constraint has failed: somebody may have taken the newest calls away. */
  renew(): void;
}

/** Prepares the statements for writing calls on one connection. */
export function prepareCallWriter(connection: Connection, names: Names, around: Around): CallWriter {
  const prepareCall = () => {
    const beyond = nextIdBeyond(connection, around);
    const [column, id] =
      beyond === undefined
        ? ["", ""]
        : ["id, ", `max(${beyond}, (SELECT ifnull(max(id), 0) FROM call WHERE id <= ${LAST_ID}) + 1), `];
    return connection.prepare(
      `INSERT INTO call (${column}${callColumns}) VALUES (${id}?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  };
  let call = prepareCall();
  const payload = connection.prepare("INSERT INTO payload VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  const events = connection.prepare("INSERT INTO call_event VALUES (?, ?, ?)");
  // Positional parameters and no objects of our own: this runs once a call, on the hub's loop.
  const write = (row: CallRow, parts: StoredParts | undefined): number => {
    const { request, result, error } = row;
    const id = call.run(
      Math.round(row.startedAt),
      names.idOf(nameKind.clientId, row.clientId),
      names.idOf(nameKind.client, row.client),
      names.idOf(nameKind.session, row.session),
      names.idOf(nameKind.server, row.server),
      names.idOf(nameKind.tool, row.tool),
      names.idOf(nameKind.method, row.method),
      names.idOf(nameKind.profile, row.profile),
      names.idOf(nameKind.project, row.project),
      names.idOf(nameKind.rule, row.rule),
      statusNumber(row.status),
      Math.round(row.durationUs),
      Math.round(row.queueUs),
      Math.round(row.consentUs),
      Math.round(row.upstreamUs),
      Math.round(row.hubUs),
      request === null ? (row.sizes?.request ?? null) : request.byteLength,
      result === null ? (row.sizes?.result ?? null) : result.byteLength,
      error === null ? (row.sizes?.error ?? null) : error.byteLength,
    ).lastInsertRowid as number;
    if (parts === undefined) {
      if (request !== null || result !== null || error !== null)
        payload.run(id, encoding.raw, request, encoding.raw, result, encoding.raw, error, null);
    } else {
      payload.run(
        id,
        parts.request.encoding,
        parts.request.bytes,
        parts.result.encoding,
        parts.result.bytes,
        parts.error.encoding,
        parts.error.bytes,
        parts.chunkSet,
      );
    }
    if (row.events !== undefined) events.run(id, writeEvents(row.events.events), row.events.more);
    return id;
  };
  return Object.assign(write, {
    renew() {
      call = prepareCall();
    },
  });
}
