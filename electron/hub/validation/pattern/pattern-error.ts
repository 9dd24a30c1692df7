/** A pattern that is no regular expression, or one that only a backtracking engine decides; the message completes "it …". */
export class PatternError extends Error {}
