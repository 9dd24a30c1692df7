/**
 * Every stable code that a person or a script can meet, by where it is met. Each has its section in docs/errors.md;
 * electron/docs-errors.test.ts fails when one lacks it, when a section has no code, and when a source uses another code.
 */

/** Local errors (GatehouseError): `error: CODE: sentence` on the command line, and failures of the control API. */
export const ERROR_CODES = [
  "bad_usage",
  "bad_request",
  "call_not_ok",
  "config_invalid",
  "config_unwritable",
  "forbidden",
  "history_not_whole",
  "home_unusable",
  "hub_not_running",
  "hub_running",
  "hub_untrusted",
  "internal",
  "name_taken",
  "not_found",
  "output_unwritable",
  "port_taken",
  "runtime_missing",
  "secrets_unavailable",
  "server_not_ready",
  "sign_in_failed",
  "storage_newer",
  "storage_unusable",
  "unauthorized",
  "unsupported",
] as const;

/** How a server has ended or could not start: shown with the server, and as `data.code` of its calls' errors. */
const SERVER_END_CODES = [
  "command_not_found",
  "endpoint_refused",
  "exited",
  "failed",
  "forbidden",
  "handshake_failed",
  "http_error",
  "message_too_large",
  "needs_auth",
  "not_startable",
  "redirected",
  "session_lost",
  "spawn_failed",
  "start_timeout",
  "stopped",
  "unreachable",
  "unresponsive",
] as const;

/** Why a call was not made or not answered: `data.code` of the JSON-RPC error that the client gets. */
const CALL_CODES = [
  "auth_unavailable",
  "bad_project",
  "closing",
  "denied",
  "held_back",
  "insufficient_scope",
  "not_learnt",
  "not_subscribed",
  "paused",
  "project_unknown",
  "rate_limited",
  "recording_failed",
  "server_busy",
  "server_changed",
  "server_disabled",
  "server_stopped",
  "shutting_down",
  "timeout",
  "too_many_bytes",
  "too_many_requests",
] as const;

/** What is listed with a hub or a server that works, but not as it should. */
const PROBLEM_CODES = [
  "calls_unrecorded",
  "cpu_over_limit",
  "entry_left_out",
  "history_key_unavailable",
  "history_lost",
  "history_shortened",
  "memory_over_limit",
  "output_mismatch",
  "ping_failed",
  "schema_checked_in_part",
  "schema_too_costly",
  "schema_unusable",
  "stdout_noise",
  "storage_read_only",
  "stray_answers",
  "suspicious_text",
] as const;

/** Answers of the hub's HTTP paths. */
const HTTP_CODES = [
  "cross_site_request",
  "host_not_allowed",
  "invalid_token",
  "method_not_allowed",
  "no_web_ui",
  "origin_not_allowed",
  "too_many_logins",
  "upgrade_required",
] as const;

/** What `gatehouse doctor` finds beside what others have a code for. */
const DIAGNOSIS_CODES = [
  "check_failed",
  "client_elsewhere",
  "clock_wrong",
  "database_damaged",
  "database_large",
  "disk_low",
  "docker_not_answering",
  "login_shell_slow",
  "loopback_missing",
  "node_old",
  "permissions_loose",
  "program_failed",
  "program_missing",
  "proxy_invalid",
  "proxy_without_loopback",
  "shim_missing",
  "shim_stale",
  "start_slow",
] as const;

const ALL = [
  ...ERROR_CODES,
  ...SERVER_END_CODES,
  ...CALL_CODES,
  ...PROBLEM_CODES,
  ...HTTP_CODES,
  ...DIAGNOSIS_CODES,
] as const;
export type StableCode = (typeof ALL)[number];

/** All of them, each once, in the order of the alphabet. */
export const STABLE_CODES: readonly string[] = [...new Set<string>(ALL)].sort();
