import type { Authorization } from "../../hub/ports/upstream-auth.ts";
import { readChallenge } from "../oauth/challenge.ts";
import type { Answer, Network, NetworkRequest } from "./network.ts";

/** Most that one request is sent: again with the token that a refusal led to, and with one that came meanwhile. */
const MOST_SENDS = 3;

/**
 * A network whose requests carry an authorization. A request that the server refused (401) was not carried out: it is
 * sent again when there is a new token. Rejects with AuthorizationError where there is none.
 */
export function authorizedNetwork(network: Network, authorization: Authorization): Network {
  const send = async (request: NetworkRequest): Promise<Answer> => {
    for (let sends = 1; ; sends++) {
      const header = authorization.header();
      const answer = await network.request(
        header === undefined
          ? request
          : { ...request, headers: { ...request.headers, authorization: header } },
      );
      if (answer.status !== 401) return heard(answer, authorization);
      if (sends === MOST_SENDS) return answer;
      try {
        const again =
          sends === 1
            ? await authorization.refused(header, answer.headers["www-authenticate"])
            : await changed(authorization, header);
        if (!again || request.signal.aborted) return answer;
      } catch (error) {
        answer.drop();
        throw error;
      }
      answer.drop();
    }
  };
  return {
    ...network,
    request(request) {
      const waiting = authorization.ready();
      return waiting === undefined ? send(request) : waiting.then(() => send(request));
    },
  };
}

function heard(answer: Answer, authorization: Authorization): Answer {
  const challenge = answer.headers["www-authenticate"];
  if (
    answer.status === 403 &&
    challenge !== undefined &&
    readChallenge(challenge).error === "insufficient_scope"
  )
    authorization.insufficient(challenge);
  return answer;
}

/** Whether what was refused a second time has run out in the meantime, which is no refusal of the sign-in. */
async function changed(authorization: Authorization, used: string | undefined): Promise<boolean> {
  await authorization.ready();
  return authorization.header() !== used;
}
