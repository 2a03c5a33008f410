/** An error makes the command fail; a warning and a notice do not. */
export type Severity = 'error' | 'warning' | 'notice';

/** What `npm run doctor` can find, and how severe it is. docs/deploy.md explains each. */
export const severities = {
  credentials_rejected: 'error',
  conversations_unavailable: 'error',
  check_failed: 'error',
  data_invalid: 'error',
  data_warning: 'warning',
  dist_missing: 'warning',
  dist_stale: 'warning',
  functions_url_unknown: 'error',
  functions_unreachable: 'error',
  build_unknown: 'error',
  build_differs: 'error',
  callback_missing: 'error',
  signature_rejected: 'error',
  callback_failed: 'error',
  callback_answer_malformed: 'error',
  callback_too_slow: 'error',
  callback_slow: 'warning',
  callback_open: 'error',
  asset_public: 'error',
  signing_skipped: 'notice',
  outbound_key_rejected: 'error',
  outbound_key_invalid: 'error',
  outbound_key_missing: 'warning',
  sweep_key_invalid: 'error',
  variable_too_large: 'error',
  variable_not_deployed: 'warning',
  variable_differs: 'warning',
  variables_unread: 'notice',
  flex_not_set_up: 'notice',
  flex_incomplete: 'error',
  flex_sid_unknown: 'error',
  sync_unreachable: 'error',
  conversation_service_unknown: 'error',
  webhook_url_missing: 'error',
  webhook_url_other: 'error',
  webhook_target_flex: 'error',
  webhook_kept: 'notice',
  webhook_not_deployed: 'warning',
  webhook_filter_missing: 'error',
  webhook_method: 'error',
  webhook_twice: 'warning',
  autocreation_missing: 'warning',
  autocreation_off: 'error',
  autocreation_other: 'error',
  autocreation_other_service: 'warning',
  autocreation_kept: 'notice',
  number_unknown: 'error',
  number_replies: 'warning',
  number_kept: 'notice',
  sender_offline: 'error',
  frontline_missing: 'error',
  frontline_url_other: 'error',
  frontline_not_routing: 'warning',
  worker_unknown: 'error',
  worker_unconfirmed: 'notice',
  worker_deactivated: 'error',
  nobody_available: 'notice',
  template_unknown: 'error',
  template_not_approved: 'error',
} as const satisfies Record<string, Severity>;

export type FindingCode = keyof typeof severities;

/** Something that is wrong, or that somebody should know. */
export interface Finding {
  code: FindingCode;
  severity: Severity;
  /** What is wrong, in a sentence with names. No secrets and no customers. */
  message: string;
  /** A command, or a place in the Console. */
  fix: string;
}

/** @returns a finding with its severity */
export function finding(code: FindingCode, message: string, fix: string): Finding {
  return { code, severity: severities[code], message, fix };
}

/** Several checks can find one thing. @returns each finding once */
export function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const messages = new Set<string>();
  return findings.filter(({ message }) => !messages.has(message) && messages.add(message));
}

/** @returns the finding that a check has failed */
export function describeCheckFailure(subject: string, error: unknown): Finding {
  const { status, code, message } = error as { status?: number; code?: number | string; message: string };
  const what = [status, code, message].filter((part) => part !== undefined).join(' ');
  return finding(
    'check_failed',
    `Twilio could not be asked about ${subject}: ${what}`,
    'run it again; with an API key, check its permissions: it must read all of these',
  );
}
