import { createPrivateKey, type JsonWebKey } from "node:crypto";
import type {
  AddClientAuthentication,
  AuthorizationServerMetadata,
  OAuthClientInformationMixed,
} from "@modelcontextprotocol/client";
import { type OAuthClient, OAuthFailure, type OAuthTarget } from "../../hub/ports/upstream-auth.ts";

/** The library is large and most hubs never sign in: it is loaded at the first use. */
export const sdk = () => import("@modelcontextprotocol/client");

/** How the hub proves to an issuer which client it is, with what the configuration keeps secret filled in. */
export interface ClientCredentials {
  readonly information: OAuthClientInformationMixed;
  /** Instead of the methods with a secret: a signed assertion (RFC 7523, private_key_jwt). */
  readonly addClientAuthentication?: AddClientAuthentication;
}

/** How a client proves itself at an issuer. Rejects with OAuthFailure for a private key that cannot be used. */
export async function credentialsOf(client: OAuthClient, target: OAuthTarget): Promise<ClientCredentials> {
  const information = client.information as unknown as OAuthClientInformationMixed;
  if (client.kind !== "configured") return { information };
  const { clientSecret } = target.auth ?? {};
  const key = await assertionOf(target, information.client_id);
  if (key !== undefined) return { information, addClientAuthentication: key };
  return {
    information: clientSecret === undefined ? information : { ...information, client_secret: clientSecret },
  };
}

async function assertionOf(
  { auth }: OAuthTarget,
  clientId: string,
): Promise<AddClientAuthentication | undefined> {
  if (auth?.privateKey === undefined) return undefined;
  const { jwk, algorithm } = readKey(auth.privateKey);
  const { createPrivateKeyJwtAuth } = await sdk();
  return createPrivateKeyJwtAuth({
    issuer: clientId,
    subject: clientId,
    privateKey: jwk as Record<string, unknown>,
    alg: auth.signingAlgorithm ?? algorithm,
  });
}

/** A private key as JWK or PEM, and the algorithm that goes with it. Throws without quoting it. */
function readKey(text: string): { jwk: JsonWebKey; algorithm: string } {
  let jwk: JsonWebKey & { alg?: unknown };
  try {
    jwk = text.trimStart().startsWith("{")
      ? (JSON.parse(text) as JsonWebKey)
      : createPrivateKey(text).export({ format: "jwk" });
  } catch {
    throw new OAuthFailure("wrong", '"auth.privateKey" of the server is neither a PEM nor a JWK');
  }
  const curve = { "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" }[String(jwk.crv)] ?? "EdDSA";
  const byType = jwk.kty === "RSA" ? "RS256" : curve;
  return { jwk, algorithm: typeof jwk.alg === "string" ? jwk.alg : byType };
}

/** Puts the client's proof on a request that the SDK does not make itself (RFC 7009). */
export async function authenticate(
  { information, addClientAuthentication }: ClientCredentials,
  metadata: AuthorizationServerMetadata,
  endpoint: URL,
  headers: Headers,
  params: URLSearchParams,
): Promise<void> {
  if (addClientAuthentication !== undefined) {
    await addClientAuthentication(headers, params, endpoint, metadata);
    return;
  }
  const { selectClientAuthMethod } = await sdk();
  const { client_id, client_secret } = information;
  const method = selectClientAuthMethod(information, metadata.token_endpoint_auth_methods_supported ?? []);
  if (method === "client_secret_basic" && client_secret !== undefined) {
    const pair = Buffer.from(`${client_id}:${client_secret}`, "utf8").toString("base64");
    headers.set("Authorization", `Basic ${pair}`);
    return;
  }
  params.set("client_id", client_id);
  if (method === "client_secret_post" && client_secret !== undefined)
    params.set("client_secret", client_secret);
}
