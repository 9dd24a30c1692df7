/** For how long a person was waited for while a server had the call: it asked something that only a person can answer. */
export class PersonWait {
  #waits = 0;
  #since = 0;
  #milliseconds = 0;

  /** Somebody is asked; returns what says, once, that this is over. Questions at the same time count once. */
  begin(): () => void {
    this.#waits += 1;
    if (this.#waits === 1) this.#since = performance.now();
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#waits -= 1;
      if (this.#waits === 0) this.#milliseconds += performance.now() - this.#since;
    };
  }

  /** Milliseconds so far, at a time of performance.now(). */
  until(now: number): number {
    return this.#milliseconds + (this.#waits > 0 ? Math.max(0, now - this.#since) : 0);
  }
}

/** Begins a wait on behalf of a call, if there is one; returns what ends it. */
export function waitForPerson(call: { personWait: PersonWait | undefined } | undefined): () => void {
  if (call === undefined) return () => {};
  call.personWait ??= new PersonWait();
  return call.personWait.begin();
}
