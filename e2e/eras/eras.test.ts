import { afterAll, beforeAll, describe, it } from "vitest";
import { asking } from "./asking.ts";
import { batches } from "./batches.ts";
import { changes } from "./changes.ts";
import { type Answers, type EraClient, REVISIONS } from "./client.ts";
import { content } from "./content.ts";
import { ANSWERS, type Pair, type Scene } from "./expectation.ts";
import { PairClient } from "./pair-client.ts";
import { running } from "./running.ts";
import { FORMS, type Stage, startStage } from "./servers.ts";
import { SessionClient } from "./session-client.ts";
import { StatelessClient } from "./stateless-client.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

const table = [...content, ...running, ...asking, ...changes, ...batches];

// Servers count and toggle: what is looked at on one of them goes one after the other, the five side by side.
for (const form of FORMS)
  describe(`in front of ${form.name}`, { concurrent: true }, () => {
    for (const revision of REVISIONS)
      describe(`a client of ${revision}`, { concurrent: false }, () => rows({ revision, form }));
  });

function rows(pair: Pair): void {
  for (const { it: sentence, check, ruledOut = [] } of table) {
    const exception = ruledOut.find(({ when }) => when(pair));
    if (exception === undefined) it(sentence, () => play(pair, check));
    else {
      const { because, instead } = exception;
      const title = `RULED OUT: ${sentence} (${because})`;
      if (instead === undefined) it.skip(title);
      else it(title, () => play(pair, instead));
    }
  }
}

/** Runs a check with a client of its own. */
async function play(pair: Pair, check: (scene: Scene) => Promise<void>): Promise<void> {
  await using clients = new AsyncDisposableStack();
  const another = async (answers: Answers = ANSWERS): Promise<EraClient> =>
    clients.use(await open(pair, answers));
  await check({ ...pair, stage, client: await another(), another });
}

async function open({ revision, form }: Pair, answers: Answers): Promise<EraClient> {
  const url = stage.url(form);
  if (revision === "2024-11-05") return PairClient.open(url, answers);
  return revision === "2026-07-28"
    ? new StatelessClient(url, answers)
    : SessionClient.open(url, revision, answers);
}
