/** A whole HTTP response. */
export interface RawResponse {
  readonly status: number;
  readonly head: string;
  /** The body, chunks joined. */
  readonly body: Buffer;
}

/**
 * The least parser of HTTP/1.1 responses that a load client needs: Content-Length and chunked bodies, one response at
 * a time (no pipelining). Feed it what the socket gives; it returns the response once it is whole.
 */
export class ResponseParser {
  #pending: Buffer[] = [];
  #size = 0;
  #status = 0;
  #head = "";
  /** Body bytes still to come; -1 while the head is incomplete, -2 for a chunked body. */
  #left = -1;
  #chunked: ChunkedBody | undefined;

  push(data: Buffer): RawResponse | undefined {
    let rest = data;
    if (this.#left === -1) {
      const all = this.#size === 0 ? data : Buffer.concat([...this.#pending, data]);
      const headEnd = all.indexOf("\r\n\r\n");
      if (headEnd < 0) {
        this.#pending = [all];
        this.#size = all.length;
        return undefined;
      }
      this.#readHead(all.toString("latin1", 0, headEnd));
      this.#pending = [];
      this.#size = 0;
      rest = all.subarray(headEnd + 4);
    }
    if (this.#chunked !== undefined) {
      const body = this.#chunked.push(rest);
      return body === undefined ? undefined : this.#finish(body);
    }
    this.#pending.push(rest);
    this.#size += rest.length;
    if (this.#size < this.#left) return undefined;
    return this.#finish(this.#pending.length === 1 ? rest : Buffer.concat(this.#pending));
  }

  #readHead(head: string): void {
    this.#head = head;
    this.#status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const chunked = length === undefined && /\r\ntransfer-encoding: *chunked/i.test(head);
    this.#chunked = chunked ? new ChunkedBody() : undefined;
    this.#left = chunked ? -2 : Number(length ?? 0);
  }

  #finish(body: Buffer): RawResponse {
    this.#pending = [];
    this.#size = 0;
    this.#left = -1;
    this.#chunked = undefined;
    return { status: this.#status, head: this.#head, body };
  }
}

/** Joins the chunks of a chunked body; linear in its size. Trailers are not expected. */
class ChunkedBody {
  readonly #parts: Buffer[] = [];
  /** Bytes left of the current chunk with its line end; 0 when a size line comes next. */
  #left = 0;
  #sizeLine: Buffer | undefined;

  push(data: Buffer): Buffer | undefined {
    let rest = this.#sizeLine === undefined ? data : Buffer.concat([this.#sizeLine, data]);
    this.#sizeLine = undefined;
    while (rest.length > 0) {
      if (this.#left > 0) {
        // The last two bytes of `left` are the chunk's line end.
        const content = Math.min(rest.length, this.#left - 2);
        if (content > 0) this.#parts.push(rest.subarray(0, content));
        const taken = Math.min(rest.length, this.#left);
        this.#left -= taken;
        rest = rest.subarray(taken);
        continue;
      }
      const lineEnd = rest.indexOf("\r\n");
      if (lineEnd < 0) {
        this.#sizeLine = rest;
        return undefined;
      }
      const size = Number.parseInt(rest.toString("latin1", 0, lineEnd), 16);
      if (size === 0) {
        if (rest.length >= lineEnd + 4) return Buffer.concat(this.#parts);
        this.#sizeLine = rest;
        return undefined;
      }
      this.#left = size + 2;
      rest = rest.subarray(lineEnd + 2);
    }
    return undefined;
  }
}
