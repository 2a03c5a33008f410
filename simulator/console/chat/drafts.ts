import { signal } from '@preact/signals';

/** What has been typed and not sent, by the conversation or phone it is for. */
const drafts = signal<Readonly<Record<string, string>>>({});

/** @returns the text typed for a conversation or phone */
export function draftOf(key: string): string {
  return drafts.value[key] ?? '';
}

/** Keeps the text typed for a conversation or phone. */
export function keepDraft(key: string, text: string): void {
  drafts.value = { ...drafts.value, [key]: text };
}

/**
 * Sends a draft. It comes back if it could not be sent.
 *
 * @param send sends the text, and returns undefined if it could not
 */
export async function sendDraft<T>(
  key: string,
  send: (text: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  const text = draftOf(key).trim();
  if (!text) return undefined;
  keepDraft(key, '');
  const result = await send(text);
  if (result === undefined) keepDraft(key, [text, draftOf(key)].filter(Boolean).join('\n'));
  return result;
}
