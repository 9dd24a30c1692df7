import type { Authorization } from "../../hub/ports/upstream-auth.ts";
import { readChallenge } from "../oauth/challenge.ts";
import type { Answer, Network, NetworkRequest } from "./network.ts";

/**
 * A network whose requests carry an authorization. A request that the server refused (401) was not carried out: it is
 * sent once more when there is a new token. Rejects with AuthorizationError where there is none.
 */
export function authorizedNetwork(network: Network, authorization: Authorization): Network {
  const send = (request: NetworkRequest, header: string | undefined): Promise<Answer> =>
    network.request(
      header === undefined ? request : { ...request, headers: { ...request.headers, authorization: header } },
    );
  const sendAgain = async (request: NetworkRequest): Promise<Answer> => {
    const first = authorization.header();
    const answer = await send(request, first);
    const challenge = answer.headers["www-authenticate"];
    if (
      answer.status === 403 &&
      readChallenge(challenge).error === "insufficient_scope" &&
      challenge !== undefined
    )
      authorization.insufficient(challenge);
    if (answer.status !== 401) return answer;
    try {
      if (!(await authorization.refused(first, challenge)) || request.signal.aborted) return answer;
    } catch (error) {
      answer.drop();
      throw error;
    }
    answer.drop();
    return send(request, authorization.header());
  };
  return {
    ...network,
    request(request) {
      const waiting = authorization.ready();
      return waiting === undefined ? sendAgain(request) : waiting.then(() => sendAgain(request));
    },
  };
}
