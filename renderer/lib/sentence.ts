/** A clause of the hub's as a sentence of its own. */
export const asSentence = (clause: string): string =>
  clause.charAt(0).toUpperCase() + clause.slice(1).replace(/[^.!?]$/, "$&.");
