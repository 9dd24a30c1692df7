import { afterEach, beforeEach } from "vitest";
import type { Io } from "../io.ts";
import { runCommandLine } from "../run.ts";
import { type Answers, type Deviation, type FakeHub, startFakeHub, temporaryHome } from "./fake-hub.ts";

/** A home of its own for each test of the file, with a stand-in for the hub where the test wants one. */
export function commandLine() {
  let place: ReturnType<typeof temporaryHome>;
  let hub: FakeHub | undefined;
  beforeEach(() => {
    place = temporaryHome();
  });
  afterEach(async () => {
    await endHub();
    place.remove();
  });

  const startHub = async (answers: Answers, deviation?: Deviation): Promise<FakeHub> => {
    hub = await startFakeHub(place.files, answers, deviation);
    return hub;
  };
  const endHub = async (): Promise<void> => {
    await hub?.close();
    hub = undefined;
  };

  return {
    /** The home of the test that runs. */
    get place() {
      return place;
    },
    /** The stand-in, once there is one. */
    get hub() {
      return hub;
    },
    startHub,
    endHub,
    /** Runs `gatehouse ARGS`; with `answers`, and no hub yet, at a hub that gives them. */
    async run(args: readonly string[], answers?: Answers, io: Partial<Io> = {}) {
      if (answers !== undefined && hub === undefined) await startHub(answers);
      place.texts.printed = "";
      place.texts.failed = "";
      const code = await runCommandLine(args, { ...place.io, ...io });
      return { code, ...place.texts };
    },
  };
}
