import {
  HEADER_MISMATCH,
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  MISSING_CAPABILITY,
  PARSE_ERROR,
  UNSUPPORTED_VERSION,
} from "../../jsonrpc/errors.ts";

/** Why a stateless request is not served: the HTTP status and the JSON-RPC error to answer with. */
export interface Refusal {
  readonly httpStatus: number;
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}

/** A header that is missing, malformed or contradicts the body (Streamable HTTP: Server Validation). */
export function headerMismatch(header: string, why: string): Refusal {
  return {
    httpStatus: 400,
    code: HEADER_MISMATCH,
    message: `Header mismatch: ${why}`,
    data: { mismatch: { header, body: why } },
  };
}

/** The request needs client capabilities that it does not declare; `required` is in the shape of ClientCapabilities. */
export function missingCapability(required: object, why: string): Refusal {
  return {
    httpStatus: 400,
    code: MISSING_CAPABILITY,
    message: `Missing required client capability: ${why}`,
    data: { requiredCapabilities: required },
  };
}

/** The version that the request names is not served (Versioning: Protocol Version Negotiation). */
export function unsupportedVersion(requested: string, supported: readonly string[]): Refusal {
  return {
    httpStatus: 400,
    code: UNSUPPORTED_VERSION,
    message: `Unsupported protocol version: ${JSON.stringify(requested.slice(0, 40))}`,
    data: { supported: [...supported], requested },
  };
}

/** The method does not exist in this era, or needs a server capability that is not there. */
export function methodNotFound(method: string): Refusal {
  return {
    httpStatus: 404,
    code: METHOD_NOT_FOUND,
    message: `Method not found: ${method.slice(0, 100)}`,
    data: undefined,
  };
}

/** A required `_meta` member is missing or malformed (Basic: `_meta`). The only invalid params that are HTTP 400. */
export function invalidMeta(key: string, problem: string): Refusal {
  return {
    httpStatus: 400,
    code: INVALID_PARAMS,
    message: `Invalid params: _meta[${JSON.stringify(key)}] ${problem}`,
    data: { envelope: { key, problem } },
  };
}

const OWN_STATUS: Readonly<Record<number, number>> = {
  [PARSE_ERROR]: 400,
  [INVALID_REQUEST]: 400,
  [METHOD_NOT_FOUND]: 404,
  [HEADER_MISMATCH]: 400,
  [MISSING_CAPABILITY]: 400,
  [UNSUPPORTED_VERSION]: 400,
};

/**
 * The HTTP status of a stateless error answer that is one JSON object. Errors that a server's handler answered with are
 * payload, 200, except those whose status the spec fixes without a condition: a missing capability and an unknown method.
 * Errors found before the request was handled map by their code.
 */
export function httpStatusOf(code: number, origin: "hub" | "server"): number {
  if (origin === "hub") return OWN_STATUS[code] ?? 200;
  return code === MISSING_CAPABILITY ? 400 : code === METHOD_NOT_FOUND ? 404 : 200;
}
