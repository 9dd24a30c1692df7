/** Why a typed port cannot be used, or null. */
export function portProblem(text: string): string | null {
  if (!/^[0-9]{1,5}$/.test(text.trim())) return "Type a number from 1024 to 65535.";
  const port = Number(text);
  if (port < 1 || port > 65_535) return "Type a number from 1024 to 65535.";
  return port < 1_024 ? "Ports below 1024 are reserved for the system." : null;
}
