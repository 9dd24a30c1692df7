/** Errors of the way to a server, in sentences for a person. They name the host, never the path, which may be a secret. */
import { NetworkError } from "./network.ts";

/** What the network's failure means and what to try, in one sentence. */
export function networkSentence(host: string, error: unknown): string {
  const code = error instanceof NetworkError ? error.code : "ERROR";
  const [what, advice] = explain(code, error instanceof Error ? error.message : "");
  return `${host} ${what} (${code}): ${advice}`;
}

/** What an HTTP status at the first contact means and what to try. `type` is the configured transport. */
export function statusAdvice(status: number, type: "http" | "sse"): string {
  if (status === 404) return "nothing is at this path: check the URL in the configuration";
  if (status === 405 || status === 400 || status === 406 || status === 415)
    return type === "http"
      ? 'if the server is an older one, set "type": "sse" and its event-stream URL'
      : 'if the server is a newer one, set "type": "http"';
  if (status === 407) return "the proxy asks for a login: put it into HTTPS_PROXY or HTTP_PROXY";
  if (status === 429) return "it gets too many requests: it is tried again later";
  if (status >= 500) return "the server has a problem of its own: it is tried again";
  return "check the URL and the headers in the configuration";
}

function explain(code: string, message: string): [what: string, advice: string] {
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_NODATA":
      return ["is not known to the name service", "check the URL and the network connection"];
    case "ECONNREFUSED":
      return ["refuses the connection", "check that the server runs and that the port of the URL is right"];
    case "ECONNRESET":
    case "EPIPE":
    case "UND_ERR_SOCKET":
    case "ERR_STREAM_PREMATURE_CLOSE":
      return [
        "closed the connection",
        "it may have been restarted; a wrong http:// or https:// shows like this too",
      ];
    case "ETIMEDOUT":
      return ["does not answer", "check the network connection, a VPN or a proxy that it may need"];
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ENETDOWN":
    case "EADDRNOTAVAIL":
      return [
        "cannot be reached from here",
        "check the network connection, a VPN or a proxy that it may need",
      ];
    case "ERR_PROXY_TUNNEL":
      return ["is not let through by the proxy", "check HTTPS_PROXY and NO_PROXY"];
    case "CERT_HAS_EXPIRED":
      return [
        "shows a certificate that has expired",
        "its operator has to renew it; check this machine's clock too",
      ];
    case "CERT_NOT_YET_VALID":
      return ["shows a certificate that is not valid yet", "check this machine's clock"];
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return ["shows a certificate of another name", "check the host name in the URL"];
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return [
        "shows a certificate that this machine does not trust",
        "add its authority to the system's store, or name its file in NODE_EXTRA_CA_CERTS",
      ];
    default:
      if (code === "EPROTO" || code.startsWith("ERR_SSL_"))
        return ["does not speak TLS as expected", "check whether the URL should begin with http://"];
      if (code.startsWith("HPE_")) return ["does not answer in HTTP", "check the URL"];
      if (code === "ABORT_ERR") return ["was not waited for any longer", "the request was given up"];
      return ["cannot be reached", message.replace(/\s+/g, " ").slice(0, 200) || "no more is known"];
  }
}
